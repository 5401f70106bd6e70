import type { EmailKey } from "effect-activecampaign/EmailKey"
import { thousands } from "../text/numbers.js"

/** What a row number counts: the physical lines of a text, or the rows of a table. */
export type Place = "line" | "row"

export interface ContactRow {
  /** The place, counted from 1, at which the row starts. */
  readonly line: number
  /** The address as written in the source, untrimmed. */
  readonly email: string
  readonly emailKey: EmailKey
  readonly contactId: string | null
  readonly batchId: string | null
  /** The source's own key of the row, if a column was named for it. */
  readonly key: string | null
  /** The value of every column of the source, in its order: as JSON text, or where all are plain, as it is. */
  readonly cells: ReadonlyArray<string>
  /** All values are texts that stand in JSON as they are, between quotes. */
  readonly isPlain: boolean
  /** The names of the columns; one list for all rows of a CSV file. */
  readonly names: ReadonlyArray<string>
  /** The row's text, unchanged. */
  readonly record: string
}

export interface RejectedRow {
  /** The place, counted from 1, at which the row starts. */
  readonly line: number
  /** The character of that line, counted from 1, with the fault, if it has one place. */
  readonly column: number | null
  /** One sentence. */
  readonly reason: string
  /** The row's text, unchanged, up to `maxRecordShown` characters. */
  readonly record: string
}

/** Why a loaded row deserves a look: an odd address, an invalid contact ID, or a member that a bulk import does not take. */
export type RemarkKind =
  | "invisible"
  | "name"
  | "mailto"
  | "several"
  | "quotes"
  | "without-at"
  | "blank"
  | "punctuation"
  | "host"
  | "garbled"
  | "lookalike"
  | "long"
  | "contact-id"
  | MemberFault

/** A member that ActiveCampaign does not know, or that has another shape than a bulk import takes. */
export type MemberFault = "unknown-member" | "member-shape"

export const isMemberFault = (kind: RemarkKind): kind is MemberFault =>
  kind === "unknown-member" || kind === "member-shape"

export interface Remark {
  readonly line: number
  readonly kind: RemarkKind
  /** The value, up to `maxRemarkShown` characters; of a member, its place and what is wrong. */
  readonly value: string
  /** Of a member, the text of its contact. */
  readonly record?: string
}

/** When the body of a bulk import request says that it was submitted. */
export interface Submission {
  /** The line at which the body starts. */
  readonly line: number
  /** The batch that the body names, if it names one. */
  readonly batchId: string | null
  /** In UTC. */
  readonly submittedAt: string
}

export interface ContactChunk {
  readonly rows: Array<ContactRow>
  readonly rejected: ReadonlyArray<RejectedRow>
  readonly remarks: ReadonlyArray<Remark>
  /** Cells that lost the apostrophe an export had added before a formula. */
  readonly restored: number
  readonly bytesRead: number
  /** Whether any row came from the body of a bulk import request. */
  readonly fromPayload: boolean
  /** The line of the first contact of JSON that did not. */
  readonly single: number | null
  readonly submissions: ReadonlyArray<Submission>
}

/** A longer line, or quoted record of several lines, is rejected so that memory stays flat. */
export const maxRecordLength = 1024 * 1024

export const maxRecordShown = 64 * 1024

const maxRemarkShown = 120

// A cut between the halves of a surrogate pair would leave text that is not valid Unicode.
const cut = (text: string, length: number): string => text.slice(0, length).replace(/[\uD800-\uDBFF]$/, "")

export const rejected = (
  line: number,
  column: number | null,
  reason: string,
  record: string
): RejectedRow => ({
  line,
  column,
  reason,
  record: record.length > maxRecordShown ? cut(record, maxRecordShown) : record
})

export const remark = (line: number, kind: RemarkKind, value: string, record?: string): Remark => ({
  line,
  kind,
  ...(record === undefined ? {} : { record }),
  value:
    value.length > maxRemarkShown
      ? `${cut(value, maxRemarkShown)}… (${thousands(value.length)} characters)`
      : value
})
