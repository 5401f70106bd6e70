import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import { tellFaults } from "../asSent/payloadMembers.js"
import * as IsoTime from "../text/IsoTime.js"
import type { ColumnMap } from "./ColumnMap.js"
import { printable, roleOf } from "./ColumnNames.js"
import { type Remark, rejected, remark, type Submission } from "./ContactRow.js"
import { cellsOf, firstKeysOf, isTooDeep, syntaxFault } from "./JsonText.js"
import * as JsonValues from "./JsonValues.js"
import type { Framed } from "./RecordFramer.js"

/** The keys under which an object may name the batch of its contacts. */
const batchKeys = ["batch_id", "batchId"] as const

const isContact = (body: Readonly<Record<string, unknown>>, { email }: ColumnMap) =>
  Object.keys(body).some((key) => key === email || roleOf(key) === "email")

/** The object of a text that is meant as the body of a bulk import request. */
const bodyOf = (text: string, map: ColumnMap): Readonly<Record<string, unknown>> | undefined => {
  if (!text.includes('"contacts"') || isTooDeep(text)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return Predicate.isRecord(value) && "contacts" in value && !isContact(value, map) ? value : undefined
  } catch {
    // Reading it as a contact says what is wrong with it.
    return undefined
  }
}

/** Why there are no contacts in a body. */
const withoutContacts = ({ contacts }: Readonly<Record<string, unknown>>): string | undefined => {
  if (!Array.isArray(contacts)) return 'Its "contacts" is not a list.'
  return contacts.length === 0 ? "Its list of contacts is empty." : undefined
}

const linesIn = (text: string): number => text.split(/\r\n|\r|\n/).length - 1

/** The key under which a body may say when it was submitted. */
const timeKey = "submitted_at"

/** When the body was submitted; null if it does not say. */
const submittedAtOf = ({
  [timeKey]: time
}: Readonly<Record<string, unknown>>): Either.Either<string | null, string> => {
  if (time === undefined || time === null) return Either.right(null)
  return typeof time === "string"
    ? Either.mapLeft(
        IsoTime.parse(time),
        (reason) => `Its "${timeKey}": '${printable(time)}' is not a time: ${reason}`
      )
    : Either.left(`Its "${timeKey}" is not a text.`)
}

/** As the rows of its contacts have it. */
const batchIdOf = (batch: unknown): string | null => {
  if (typeof batch === "string") return batch.trim() || null
  return Number.isSafeInteger(batch) ? String(batch) : null
}

/** What stands beside the contacts in the body of a request: batches and times are named by us. */
const bodyMembers: ReadonlySet<string> = new Set([
  "contacts",
  "exclude_automations",
  "callback",
  timeKey,
  ...batchKeys
])

/** What a bulk import does not take of a contact. */
const faultsOf = (text: string, line: number, number: number): ReadonlyArray<Remark> => {
  const remarks: Array<Remark> = []
  let contact: unknown
  try {
    contact = JSON.parse(text)
  } catch {
    return []
  }
  if (Predicate.isRecord(contact)) {
    tellFaults(contact, (kind, what) => remarks.push(remark(line, kind, `contact ${number}: ${what}`, text)))
  }
  return remarks
}

/** The first body of a request that is not JSON, with the place where that shows. */
export const brokenBody = ({ lines, texts }: Framed) => {
  for (const [index, text] of texts.entries()) {
    if (!text.includes('"contacts"') || isTooDeep(text)) continue
    const keys = firstKeysOf(text).map(String)
    if (!keys.includes("contacts") || keys.some((key) => roleOf(key) === "email")) continue
    const fault = syntaxFault(text)
    if (fault === undefined) continue
    const before = text.slice(0, fault.at)
    const lineStart = Math.max(before.lastIndexOf("\n"), before.lastIndexOf("\r")) + 1
    return {
      line: (lines[index] ?? 1) + linesIn(before),
      column: fault.at - lineStart + 1,
      detail: fault.detail
    }
  }
  return undefined
}

export interface Unpacked {
  readonly contacts: Framed
  readonly remarks: ReadonlyArray<Remark>
  /** Of bodies that say when they were submitted. */
  readonly submissions: ReadonlyArray<Submission>
  /** Whether any text is a body. */
  readonly fromPayload: boolean
  /** Which of the texts are no bodies. */
  readonly singles: ReadonlyArray<number>
}

/**
 * Where a text is the body of a bulk import request, the texts of its contacts in its place, each with the batch that the body
 * names, if it does.
 */
export const unpack = (
  { lines, rejected: before, texts }: Framed,
  map: ColumnMap,
  /** The key under which each contact is to name its batch. */
  batchKey: string
): Unpacked => {
  let fromPayload = false
  const singles: Array<number> = []
  const numbers = new Map<number, number>()
  const framed: Framed = { texts: [], lines: [], rejected: before, numbers }
  const remarks: Array<Remark> = []
  const submissions: Array<Submission> = []
  for (const [at, text] of texts.entries()) {
    const line = lines[at] ?? 0
    const body = bodyOf(text, map)
    if (body === undefined) {
      singles.push(framed.texts.length)
      framed.texts.push(text)
      framed.lines.push(line)
      continue
    }
    const fault = withoutContacts(body)
    if (fault !== undefined) {
      framed.rejected.push(rejected(line, null, fault, text))
      continue
    }
    const submittedAt = submittedAtOf(body)
    if (Either.isLeft(submittedAt)) {
      framed.rejected.push(rejected(line, null, submittedAt.left, text))
      continue
    }
    fromPayload = true
    const [contacts = "[]"] = cellsOf(text.trim(), ["contacts"])
    const start = line + linesIn(text.slice(0, text.lastIndexOf(contacts)))
    const found: Framed = { texts: [], lines: [], rejected: framed.rejected }
    const end = JsonValues.feed(
      { ...JsonValues.initial, line: start },
      Buffer.from(contacts, "utf8"),
      "UTF-8",
      found
    )
    if (Either.isLeft(JsonValues.finish(end, "UTF-8", found))) {
      framed.rejected.push(rejected(line, null, "Its list of contacts never ends.", text))
    }
    for (const name of Object.keys(body)) {
      if (!bodyMembers.has(name))
        remarks.push(remark(line, "unknown-member", `"${name}" beside "contacts"`, ""))
    }
    const batch = batchKeys.map((key) => body[key]).find((value) => value !== undefined && value !== null)
    if (submittedAt.right !== null) {
      submissions.push({ line, batchId: batchIdOf(batch), submittedAt: submittedAt.right })
    }
    for (const [index, contact] of found.texts.entries()) {
      const on = found.lines[index] ?? line
      remarks.push(...faultsOf(contact, on, index + 1))
      const isObject = contact.startsWith("{")
      const named = batch !== undefined && isObject
      const rest = contact.slice(1)
      numbers.set(framed.texts.length, index + 1)
      const comma = /^\s*\}$/.test(rest) ? "" : ","
      framed.texts.push(
        named ? `{${JSON.stringify(batchKey)}:${JSON.stringify(batch)}${comma}${rest}` : contact
      )
      framed.lines.push(on)
    }
  }
  return { contacts: framed, remarks, submissions, fromPayload, singles }
}
