import * as EmailKey from "effect-activecampaign/EmailKey"
import * as BatchIdText from "./BatchIdText.js"
import type { Role } from "./ColumnMap.js"
import { printable, roleOf } from "./ColumnNames.js"
import { type ContactRow, type RejectedRow, type Remark, rejected, remark } from "./ContactRow.js"
import * as OddAddress from "./OddAddress.js"

/** Collects the rows of a chunk, good and bad. */
export interface RowSink {
  readonly rows: Array<ContactRow>
  readonly rejected: Array<RejectedRow>
  readonly remarks: Array<Remark>
}

/** What a reader found in a row; IDs and key are trimmed, and null if blank. */
export type Found = Omit<ContactRow, "emailKey">

/** The checks that every reader makes on a row; `named` gives the place of a value for messages. */
export const take = (found: Found, named: (role: Role) => string, sink: RowSink): void => {
  const { batchId, email, key, line } = found
  const emailKey = EmailKey.fromAddress(email)
  // Rows of one batch usually come together, so its ID was checked with the row before.
  const before = sink.rows.length === 0 ? undefined : sink.rows[sink.rows.length - 1]
  const fault = faultOf(email, emailKey, batchId, key, before?.batchId ?? null, named)
  if (fault !== null) {
    sink.rejected.push(rejected(line, null, fault, found.record))
    return
  }
  const odd = OddAddress.kindOf(email)
  if (odd !== null) sink.remarks.push(remark(line, odd, email))
  sink.rows.push({
    line,
    email,
    emailKey,
    contactId: found.contactId === null ? null : contactIdOf(found.contactId, line, sink),
    batchId,
    key,
    cells: found.cells,
    isPlain: found.isPlain,
    names: found.names,
    record: found.record
  })
}

const faultOf = (
  email: string,
  emailKey: string,
  batchId: string | null,
  key: string | null,
  goodBatchId: string | null,
  named: (role: Role) => string
): string | null => {
  if (emailKey === "") return `The address in ${named("email")} is blank.`
  if (email.includes("\0")) return `The address in ${named("email")} contains a NUL character.`
  if (!email.includes("@") && roleOf(email) === "email") {
    return `The address in ${named("email")} is a column name: there is another header among the rows.`
  }
  const wrongBatch = batchId === null || batchId === goodBatchId ? null : BatchIdText.faultOf(batchId)
  if (wrongBatch !== null) {
    return `The batch ID "${printable(batchId ?? "")}" in ${named("batchId")} ${wrongBatch}.`
  }
  return key?.includes("\0") ? `The key in ${named("key")} contains a NUL character.` : null
}

/** An ID as ActiveCampaign writes it. */
const plainId = /^[1-9]\d{0,18}$/

/** Spreadsheets and data frames append zeros. */
const contactId = /^([1-9]\d{0,18})(?:\.0+)?$/

/** A number as the text of an ID. If it lost digits, it would name another contact, so it is written as an invalid ID. */
export const numberText = (value: number): string =>
  Number.isSafeInteger(value) ? String(value) : value.toExponential()

/** An invalid ID is ignored: the contact is loaded without an ID. */
const contactIdOf = (text: string, line: number, sink: RowSink): string | null => {
  if (plainId.test(text)) return text
  const id = contactId.exec(text)?.[1]
  if (id === undefined) sink.remarks.push(remark(line, "contact-id", text))
  return id ?? null
}
