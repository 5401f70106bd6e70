import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import { payloadMembers } from "../asSent/sentMembers.js"
import { roleOf } from "./ColumnNames.js"
import { type Remark, rejected, remark } from "./ContactRow.js"
import { cellsOf, isTooDeep } from "./JsonText.js"
import * as JsonValues from "./JsonValues.js"
import type { Framed } from "./RecordFramer.js"

/** The keys under which an object may name the batch of its contacts. */
const batchKeys = ["batch_id", "batchId"] as const

/** The object of a text that may be the body of a bulk import request. */
const bodyOf = (text: string): Readonly<Record<string, unknown>> | undefined => {
  if (!text.includes('"contacts"') || isTooDeep(text)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return Predicate.isRecord(value) && Array.isArray(value.contacts) ? value : undefined
  } catch {
    // Reading it as a contact says what is wrong with it.
    return undefined
  }
}

const isContact = (body: Readonly<Record<string, unknown>>) =>
  Object.keys(body).some((key) => roleOf(key) === "email")

const linesIn = (text: string): number => text.split(/\r\n|\r|\n/).length - 1

/** The members of a contact that ActiveCampaign does not know, and drops without a word. */
const unknownMembers = (text: string): ReadonlyArray<string> => {
  try {
    const contact: unknown = JSON.parse(text)
    return Predicate.isRecord(contact) ? Object.keys(contact).filter((key) => !payloadMembers.has(key)) : []
  } catch {
    return []
  }
}

export interface Unpacked {
  readonly framed: Framed
  readonly remarks: ReadonlyArray<Remark>
}

/**
 * Where a text is the body of a bulk import request, the texts of its contacts, each with the batch that the body names, if
 * it does. Undefined: none is.
 */
export const unpack = (
  { lines, rejected: before, texts }: Framed,
  /** The key under which each contact is to name its batch. */
  batchKey: string
): Unpacked | undefined => {
  let isPayload = false
  const framed: Framed = { texts: [], lines: [], rejected: before }
  const remarks: Array<Remark> = []
  for (const [at, text] of texts.entries()) {
    const line = lines[at] ?? 0
    const body = bodyOf(text)
    if (body === undefined || isContact(body)) {
      framed.texts.push(text)
      framed.lines.push(line)
      continue
    }
    isPayload = true
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
    const batch = batchKeys.map((key) => body[key]).find((value) => value !== undefined && value !== null)
    for (const [index, contact] of found.texts.entries()) {
      const on = found.lines[index] ?? line
      for (const name of unknownMembers(contact)) remarks.push(remark(on, "unknown-member", name))
      const isObject = contact.startsWith("{")
      const named = batch !== undefined && isObject
      const rest = contact.slice(1)
      const comma = /^\s*\}$/.test(rest) ? "" : ","
      framed.texts.push(
        named ? `{${JSON.stringify(batchKey)}:${JSON.stringify(batch)}${comma}${rest}` : contact
      )
      framed.lines.push(on)
    }
  }
  return isPayload ? { framed, remarks } : undefined
}
