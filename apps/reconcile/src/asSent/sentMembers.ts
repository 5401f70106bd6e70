import type { Kind, SentMember } from "./SentMember.js"
import type { Mapping, Sends } from "./Sends.js"

/** The value of a column; undefined if the row has no such column. */
export type Cell = (column: string) => unknown

const texts: ReadonlyArray<"first_name" | "last_name" | "phone" | "customer_acct_name"> = [
  "first_name",
  "last_name",
  "phone",
  "customer_acct_name"
]

/** The members of a contact in the body of a bulk import request. ActiveCampaign drops others without a word. */
export const payloadMembers: ReadonlySet<string> = new Set([
  "email",
  ...texts,
  "tags",
  "fields",
  "subscribe",
  "unsubscribe"
])

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A value of JSON as the text that it is sent as. Undefined: nothing was sent. */
const textOf = (value: unknown): string | undefined => {
  if (value === null || value === undefined) return undefined
  return typeof value === "string" ? value : JSON.stringify(value)
}

const one = (kind: Kind, name: string, value: string): SentMember => ({ kind, name, value })

const list = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

/** Loops in place of `flatMap`: there are a dozen members for each of a million contacts. */
const ofPayload = (member: (name: string) => unknown): ReadonlyArray<SentMember> => {
  const all: Array<SentMember> = []
  for (const kind of texts) {
    const value = textOf(member(kind))
    if (value !== undefined) all.push(one(kind, "", value))
  }
  for (const item of list(member("fields"))) {
    if (!isObject(item)) continue
    const id = textOf(item.id)
    const value = textOf(item.value)
    if (id !== undefined && value !== undefined) all.push(one("field", id.trim(), value))
  }
  for (const item of list(member("tags"))) {
    const tag = textOf(item)?.trim() ?? ""
    if (tag !== "") all.push(one("tag", tag, ""))
  }
  for (const kind of ["subscribe", "unsubscribe"] as const) {
    for (const item of list(member(kind))) {
      const id = isObject(item) ? textOf(item.listid) : undefined
      if (id !== undefined) all.push(one(kind, id.trim(), ""))
    }
  }
  return all
}

const ofMapping = (mapping: Mapping, cell: (column: string) => unknown): ReadonlyArray<SentMember> => {
  const { fields = {}, subscribe = [], tags = [], unsubscribe = [] } = mapping
  type From = { readonly column: string } | { readonly value: string | number }
  const valueOf = (from: From) => ("column" in from ? textOf(cell(from.column)) : textOf(from.value))
  const sent = (kind: Kind, name: string, from: From): ReadonlyArray<SentMember> => {
    const value = valueOf(from)
    if (value === undefined) return []
    return value.trim() === "" && mapping.empty !== "sent" ? [] : [one(kind, name, value)]
  }
  return [
    ...texts.flatMap((kind) => {
      const from = mapping[kind]
      return from === undefined ? [] : sent(kind, "", from)
    }),
    ...Object.entries(fields).flatMap(([name, from]) => sent("field", name.trim(), from)),
    ...tags.flatMap((from) => {
      const value = "column" in from ? cell(from.column) : from.value
      const all = Array.isArray(value)
        ? value.map(textOf)
        : "column" in from && from.separator !== undefined
          ? (textOf(value)?.split(from.separator) ?? [])
          : [textOf(value)]
      return all.flatMap((tag) =>
        tag === undefined || tag.trim() === "" ? [] : [one("tag", tag.trim(), "")]
      )
    }),
    ...subscribe.map((id) => one("subscribe", String(id).trim(), "")),
    ...unsubscribe.map((id) => one("unsubscribe", String(id).trim(), ""))
  ]
}

/** What was sent for the contact of one row, as its source declares it. What is not declared is left out. */
export const sentMembers = (sends: Sends, cell: Cell): ReadonlyArray<SentMember> =>
  "payload" in sends ? ofPayload(cell) : ofMapping(sends, cell)
