import type { Packed, UnpackedContact } from "../src/report/packed.js"
import { shellCall } from "../src/text/shellCall.js"
import { opening, showDetails } from "./details.js"
import { element, find, thousands, visible } from "./dom.js"
import { install, worded } from "./listings.js"
import { type Column, liveTable } from "./table.js"

type Report = Packed["report"]

/** Where the account shows the contact; none if that is not known, or if it is missing there. */
const linkTo = ({ contact_id, outcome }: UnpackedContact, { account }: Report) =>
  contact_id === null || account?.contact_url == null || outcome === "missing" || !/^\d+$/.test(contact_id)
    ? undefined
    : element(
        "a",
        {
          href: `${account.contact_url}${contact_id}`,
          target: "_blank",
          rel: "noreferrer noopener",
          "aria-label": `Contact ${contact_id} in ActiveCampaign`
        },
        `${contact_id} ↗`
      )

const showContact = (row: UnpackedContact, report: Report) =>
  showDetails(
    row.email,
    [
      ["Outcome", row.outcome],
      ["Why", row.why],
      ["Evidence", row.evidence],
      ["Batch", row.batch_id],
      ["Source", row.source],
      ["Your key", row.source_key],
      ["Contact", linkTo(row, report) ?? row.contact_id]
    ],
    report.masked ? undefined : shellCall("explain", report.db, row.email)
  )

const columnsOf = (report: Report): ReadonlyArray<Column<UnpackedContact>> => [
  {
    name: "Outcome",
    width: 13,
    value: ({ outcome }) => outcome,
    cell: ({ outcome }) => worded(outcome, outcome)
  },
  {
    name: "Address",
    width: 25,
    value: ({ email }) => email,
    cell: (row) => opening(row.email, () => showContact(row, report))
  },
  { name: "Why", width: 30, value: ({ why }) => why },
  { name: "Batch", width: 14, value: ({ batch_id }) => batch_id },
  {
    name: "Source",
    width: 12,
    // The folders before the name of a file would leave no room for it.
    value: ({ source, source_key }) =>
      [...(source_key === null ? [] : [source_key]), source?.replace(/^.*[/\\](?=[^/\\]+$)/, "") ?? ""].join(
        " · "
      )
  },
  {
    name: "Contact",
    width: 9,
    value: ({ contact_id }) => contact_id ?? "",
    cell: (row) => linkTo(row, report) ?? document.createTextNode(visible(row.contact_id ?? ""))
  }
]

const labelled = (label: string, control: HTMLElement) =>
  element("label", {}, element("span", {}, label), control)

const counted = (words: ReadonlyArray<string>) => {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts]
}

/** More suggestions than this do not help. */
const suggestions = 500

/** The table of contacts, with what it can be searched and filtered by. Returns how to show one batch of it. */
export const contacts = (rows: ReadonlyArray<UnpackedContact>, report: Report) => {
  const columns = columnsOf(report)
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
  const batchIds = counted(rows.map((row) => row.batch_id))
  const ids = new Set(batchIds.map(([id]) => id.toLowerCase()))
  const known = element(
    "datalist",
    { id: "batch-ids" },
    ...batchIds.slice(0, suggestions).map(([id]) => element("option", { value: id }))
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
    // A whole ID means that batch alone, even if another one begins with it.
    const isWhole = ids.has(wanted)
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
        (wanted === "" ||
          (isWhole ? row.batch_id.toLowerCase() === wanted : row.batch_id.toLowerCase().includes(wanted))) &&
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
