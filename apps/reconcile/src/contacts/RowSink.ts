import * as EmailKey from "effect-activecampaign/EmailKey"
import * as BatchIdText from "./BatchIdText.js"
import type { Role } from "./ColumnMap.js"
import { printable, roleOf } from "./ColumnNames.js"
import { type ContactRow, type RejectedRow, type Remark, rejected, remark } from "./ContactRow.js"
import * as OddAddress from "./OddAddress.js"

/** Where the rows of a chunk gather, good and bad. */
export interface RowSink {
  readonly rows: Array<ContactRow>
  readonly rejected: Array<RejectedRow>
  readonly remarks: Array<Remark>
}

/** What a reader found in a row, its IDs and its key trimmed, null where they are blank. */
export type Found = Omit<ContactRow, "emailKey">

/** What every reader asks of the values of a row; `named` says in a message where the value of a role stands. */
export const take = (found: Found, named: (role: Role) => string, sink: RowSink): void => {
  const { batchId, email, key, line } = found
  const emailKey = EmailKey.fromAddress(email)
  const fault = faultOf(email, emailKey, batchId, key, named)
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
    columns: found.columns,
    names: found.names,
    record: found.record
  })
}

const faultOf = (
  email: string,
  emailKey: string,
  batchId: string | null,
  key: string | null,
  named: (role: Role) => string
): string | null => {
  if (emailKey === "") return `The address in ${named("email")} is blank.`
  if (email.includes("\0")) return `The address in ${named("email")} contains a NUL character.`
  if (!email.includes("@") && roleOf(email) === "email") {
    return `The address in ${named("email")} is a column name: there is another header among the rows.`
  }
  const wrongBatch = batchId === null ? null : BatchIdText.faultOf(batchId)
  if (wrongBatch !== null) {
    return `The batch ID "${printable(batchId ?? "")}" in ${named("batchId")} ${wrongBatch}.`
  }
  return key?.includes("\0") ? `The key in ${named("key")} contains a NUL character.` : null
}

/** As ActiveCampaign writes its IDs; spreadsheets and data frames append the zeros. */
const contactId = /^([1-9]\d{0,18})(?:\.0+)?$/

/** A number as the text of an ID. One that lost digits would name another contact, and is written so that it is none. */
export const numberText = (value: number): string =>
  Number.isSafeInteger(value) ? String(value) : value.toExponential()

/** What is no ID is not believed: the contact is taken as one whose ID is not known. */
const contactIdOf = (text: string, line: number, sink: RowSink): string | null => {
  const id = contactId.exec(text)?.[1]
  if (id === undefined) sink.remarks.push(remark(line, "contact-id", text))
  return id ?? null
}
