import type { ReportData, ReportedContact } from "./ReportData.js"

/** A contact with its repeated words as places in a list of words. */
type PackedContact = readonly [
  outcome: number,
  email: string,
  evidence: number,
  why: number,
  batch_id: number,
  contact_id: string | null,
  source: number | null,
  source_key: string | null
]

/** The data as a page has it. A hundred thousand contacts take a third of the room. */
export interface Packed {
  readonly report: Omit<ReportData, "contacts" | "obtained" | "uncertain"> & {
    readonly contacts: Omit<ReportData["contacts"], "rows">
  }
  readonly words: ReadonlyArray<string>
  readonly contacts: ReadonlyArray<PackedContact>
}

/** The queries and what is uncertain are in the HTML already. */
export const packed = ({ obtained: _1, uncertain: _2, ...report }: ReportData): Packed => {
  const places = new Map<string, number>()
  const placeOf = (word: string) => {
    const known = places.get(word)
    if (known !== undefined) return known
    places.set(word, places.size)
    return places.size - 1
  }
  const { rows, ...contacts } = report.contacts
  const packedRows = rows.map(
    (row): PackedContact => [
      placeOf(row.outcome),
      row.email,
      placeOf(row.evidence),
      placeOf(row.why),
      placeOf(row.batch_id),
      row.contact_id,
      row.source === null ? null : placeOf(row.source),
      row.source_key
    ]
  )
  return { report: { ...report, contacts }, words: [...places.keys()], contacts: packedRows }
}

/** A contact of the page. Its outcome and evidence may be any word. */
export type UnpackedContact = Omit<ReportedContact, "outcome" | "evidence"> & {
  readonly outcome: string
  readonly evidence: string
}

export const unpacked = ({ contacts, words }: Packed): ReadonlyArray<UnpackedContact> =>
  contacts.map(([outcome, email, evidence, why, batch, contact_id, source, source_key]) => ({
    outcome: words[outcome] ?? "",
    email,
    evidence: words[evidence] ?? "",
    why: words[why] ?? "",
    batch_id: words[batch] ?? "",
    contact_id,
    source: source === null ? null : (words[source] ?? null),
    source_key
  }))
