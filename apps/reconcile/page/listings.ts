import type { Packed, UnpackedContact } from "../src/report/packed.js"
import { element, find, mark, thousands, visible } from "./dom.js"
import { type Column, liveTable, type Table } from "./table.js"

type Report = Packed["report"]
type Batch = Report["batches"]["rows"][number]
type Finding = Report["findings"]["rows"][number]

/** How many rows are printed. */
const printed = 50

const worded = (word: string, sign: string) => {
  const text = element("span", { class: "word" })
  text.append(mark(sign), visible(word))
  return text
}

const dayAndTime = (instant: string | null) => instant?.slice(0, 16).replace("T", " ") ?? ""

/** Puts a live table in the place of the plain one, which stays for paper and then has the first rows shown. */
const install = <Row>(
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

const contactColumns = (contactUrl: string | null): ReadonlyArray<Column<UnpackedContact>> => [
  {
    name: "Outcome",
    width: 13,
    value: ({ outcome }) => outcome,
    cell: ({ outcome }) => worded(outcome, outcome)
  },
  { name: "Address", width: 25, value: ({ email }) => email },
  { name: "Why", width: 30, value: ({ why }) => why },
  { name: "Batch", width: 14, value: ({ batch_id }) => batch_id },
  {
    name: "Source",
    width: 12,
    // The folders before the name of a file would leave no room for it.
    value: ({ source, source_key }) =>
      [source?.replace(/^.*[/\\](?=[^/\\]+$)/, "") ?? "", ...(source_key === null ? [] : [source_key])].join(
        " · "
      )
  },
  {
    name: "Contact",
    width: 9,
    value: ({ contact_id }) => contact_id ?? "",
    cell: ({ contact_id, outcome }) =>
      contact_id !== null && contactUrl !== null && outcome !== "missing" && /^\d+$/.test(contact_id)
        ? element(
            "a",
            {
              href: `${contactUrl}${contact_id}`,
              target: "_blank",
              rel: "noreferrer noopener",
              "aria-label": `Contact ${contact_id} in ActiveCampaign`
            },
            `${contact_id} ↗`
          )
        : document.createTextNode(visible(contact_id ?? ""))
  }
]

const labelled = (label: string, control: HTMLElement) =>
  element("label", {}, element("span", {}, label), control)

const counted = (words: ReadonlyArray<string>) => {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts]
}

/** More suggestions than this help nobody. */
const suggestions = 500

/** The table of contacts, with what it can be searched and filtered by. Returns how to show one batch of it. */
export const contacts = (rows: ReadonlyArray<UnpackedContact>, contactUrl: string | null) => {
  const columns = contactColumns(contactUrl)
  const table = liveTable("Contacts that need attention", columns)
  const search = element("input", {
    type: "search",
    placeholder: "Address, reason, source …",
    autocomplete: "off"
  })
  const outcome = element(
    "select",
    {},
    element("option", { value: "" }, "All outcomes"),
    ...counted(rows.map((row) => row.outcome)).map(([word, count]) =>
      element("option", { value: word }, `${word} (${thousands(count)})`)
    )
  )
  const batch = element("input", {
    type: "search",
    list: "batch-ids",
    placeholder: "Any batch",
    autocomplete: "off"
  })
  const known = element(
    "datalist",
    { id: "batch-ids" },
    ...counted(rows.map((row) => row.batch_id))
      .slice(0, suggestions)
      .map(([id]) => element("option", { value: id }))
  )
  const clear = element("button", { type: "button" }, "Clear")
  const count = element("p", { class: "matches", role: "status" })
  let texts: ReadonlyArray<string> | undefined

  const show = () => {
    const words = search.value
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== "")
    const wanted = batch.value.trim().toLowerCase()
    if (words.length > 0) {
      texts ??= rows.map((row) =>
        [row.email, row.why, row.outcome, row.batch_id, row.source, row.source_key, row.contact_id]
          .join("\n")
          .toLowerCase()
      )
    }
    const found = rows.filter(
      (row, at) =>
        (outcome.value === "" || row.outcome === outcome.value) &&
        (wanted === "" || row.batch_id.toLowerCase().includes(wanted)) &&
        words.every((word) => texts?.[at]?.includes(word) === true)
    )
    count.textContent =
      found.length === rows.length
        ? `${thousands(rows.length)} contacts`
        : `${thousands(found.length)} of ${thousands(rows.length)} contacts`
    clear.disabled = search.value === "" && outcome.value === "" && batch.value === ""
    table.show(found)
  }
  let waiting: number | undefined
  const soon = () => {
    window.clearTimeout(waiting)
    waiting = window.setTimeout(show, 80)
  }
  search.addEventListener("input", soon)
  batch.addEventListener("input", soon)
  outcome.addEventListener("change", show)
  clear.addEventListener("click", () => {
    search.value = ""
    batch.value = ""
    outcome.value = ""
    show()
    search.focus()
  })
  const tools = element(
    "div",
    { class: "tools", role: "search", "aria-label": "Contacts" },
    labelled("Search", search),
    labelled("Outcome", outcome),
    labelled("Batch", batch),
    known,
    clear
  )
  install("contacts", table, columns, tools, count)
  show()
  return {
    ofBatch: (id: string) => {
      search.value = ""
      outcome.value = ""
      batch.value = id
      show()
      find("#contacts")?.scrollIntoView()
      batch.focus({ preventScroll: true })
    }
  }
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
    { name: "Batch", width: 26, value: ({ batch_id }) => batch_id },
    { name: "Status", width: 17, value: statusOf, cell: (row) => worded(statusOf(row), statusMark(row)) },
    { name: "Submitted", width: 19, value: ({ submitted_at }) => dayAndTime(submitted_at) },
    { name: "Settled", width: 19, value: ({ settled_at }) => dayAndTime(settled_at) },
    { name: "Sent", width: 8, value: ({ sent }) => sent, isNumber: true },
    { name: "Imported", width: 9, value: ({ imported }) => imported, isNumber: true },
    { name: "Present", width: 9, value: ({ present }) => present, isNumber: true },
    { name: "Pending", width: 9, value: ({ pending }) => pending, isNumber: true },
    {
      name: "Attention",
      width: 10,
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
    { name: "Findings", width: 9, value: ({ findings }) => findings, isNumber: true }
  ]
  const table = liveTable("Batches", columns)
  install("batches", table, columns)
  table.show(rows)
}

export const findings = (rows: ReadonlyArray<Finding>) => {
  const columns: ReadonlyArray<Column<Finding>> = [
    { name: "Finding", width: 16, value: ({ finding }) => finding },
    { name: "Subject", width: 20, value: ({ subject }) => subject },
    { name: "What it says", width: 48, value: ({ detail }) => detail },
    { name: "Batch", width: 16, value: ({ batch_id }) => batch_id }
  ]
  const table = liveTable("Findings", columns)
  install("findings", table, columns)
  table.show(rows)
}
