import type { Packed } from "../src/report/packed.js"
import { opening, showDetails } from "./details.js"
import { element, find, mark, thousands, visible } from "./dom.js"
import { type Column, liveTable, type Table } from "./table.js"

type Report = Packed["report"]
type Batch = Report["batches"]["rows"][number]
type Finding = Report["findings"]["rows"][number]

/** How many rows are printed. */
const printed = 50

export const worded = (word: string, sign: string) => {
  const text = element("span", { class: "word" })
  text.append(mark(sign), visible(word))
  return text
}

const dayAndTime = (instant: string | null) => instant?.slice(0, 16).replace("T", " ") ?? ""

/** Puts a live table in the place of the plain one, which stays for paper and then has the first rows shown. */
export const install = <Row>(
  id: string,
  table: Table<Row>,
  columns: ReadonlyArray<Column<Row>>,
  ...tools: Array<Node>
) => {
  const section = find(`#${id}`)
  const live = section === undefined ? undefined : find(".live", section)
  const plain = section === undefined ? undefined : find(".plain", section)
  if (section === undefined || live === undefined || plain === undefined) return
  live.append(...tools, table.element)
  live.hidden = false
  section.classList.add("has-live")
  window.addEventListener("beforeprint", () => {
    const rows = table.shown()
    const note =
      rows.length > printed
        ? `The first ${thousands(printed)} of ${thousands(rows.length)}; the others are in the file that was printed.`
        : ""
    plain.replaceChildren(
      element(
        "table",
        {},
        element(
          "thead",
          {},
          element("tr", {}, ...columns.map(({ name }) => element("th", { scope: "col" }, name)))
        ),
        element(
          "tbody",
          {},
          ...rows.slice(0, printed).map((row) =>
            element(
              "tr",
              {},
              ...columns.map(({ isNumber, value }) => {
                const one = value(row)
                return element(
                  "td",
                  isNumber === true ? { class: "number" } : {},
                  typeof one === "number" ? thousands(one) : visible(one)
                )
              })
            )
          )
        )
      ),
      element("p", { class: "note more" }, note)
    )
  })
}

const inNeed = ({ contradictory, missing, rejected, unaccounted }: Batch) =>
  rejected + contradictory + missing + unaccounted

const statusOf = ({ answered, status }: Batch) =>
  `${status ?? "not answered"}${answered ? "" : ", no answer since"}`

const statusMark = ({ answered, settled_at, status }: Batch) =>
  !answered || status === "failed" || status === "interrupted"
    ? "rejected"
    : settled_at === null
      ? "pending"
      : "imported"

export const batches = (rows: ReadonlyArray<Batch>, showContacts: (batchId: string) => void) => {
  const columns: ReadonlyArray<Column<Batch>> = [
    { name: "Batch", width: 24, value: ({ batch_id }) => batch_id },
    { name: "Status", width: 18, value: statusOf, cell: (row) => worded(statusOf(row), statusMark(row)) },
    { name: "Submitted", width: 22, value: ({ submitted_at }) => dayAndTime(submitted_at) },
    { name: "Settled", width: 22, value: ({ settled_at }) => dayAndTime(settled_at) },
    { name: "Sent", width: 8, value: ({ sent }) => sent, isNumber: true },
    { name: "Imported", width: 12, value: ({ imported }) => imported, isNumber: true },
    { name: "Present", width: 11, value: ({ present }) => present, isNumber: true },
    { name: "Pending", width: 11, value: ({ pending }) => pending, isNumber: true },
    {
      name: "Attention",
      width: 13,
      value: inNeed,
      isNumber: true,
      cell: (row) => {
        const count = inNeed(row)
        if (count === 0) return document.createTextNode("0")
        const button = element(
          "button",
          {
            type: "button",
            class: "link",
            "aria-label": `Show ${thousands(count)} contacts of ${visible(row.batch_id)}`
          },
          thousands(count)
        )
        button.addEventListener("click", () => showContacts(row.batch_id))
        return button
      }
    },
    { name: "Findings", width: 12, value: ({ findings }) => findings, isNumber: true }
  ]
  const table = liveTable("Batches", columns)
  install("batches", table, columns)
  table.show(rows)
}

export const findings = (rows: ReadonlyArray<Finding>) => {
  const columns: ReadonlyArray<Column<Finding>> = [
    { name: "Finding", width: 16, value: ({ finding }) => finding },
    {
      name: "Subject",
      width: 20,
      value: ({ subject }) => subject,
      cell: ({ batch_id, detail, finding, subject }) =>
        opening(subject, () =>
          showDetails(subject, [
            ["Finding", finding],
            ["What it says", detail],
            ["Batch", batch_id]
          ])
        )
    },
    { name: "What it says", width: 48, value: ({ detail }) => detail },
    { name: "Batch", width: 16, value: ({ batch_id }) => batch_id }
  ]
  const table = liveTable("Findings", columns)
  install("findings", table, columns)
  table.show(rows)
}
