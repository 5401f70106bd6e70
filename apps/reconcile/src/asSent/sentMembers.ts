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

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A value of JSON as the text that it is sent as. Undefined: nothing was sent. */
const textOf = (value: unknown): string | undefined => {
  if (value === null || value === undefined) return undefined
  return typeof value === "string" ? value : JSON.stringify(value)
}

const one = (kind: Kind, name: string, value: string): SentMember => ({ kind, name, value })

/** Numbers are compared as their text. */
const isText = (value: unknown): boolean => typeof value === "string" || typeof value === "number"

const isListId = (value: unknown): boolean => isText(value) && /^\d+$/.test(String(value).trim())

/** Told of members that a bulk import does not know, and of those in another shape than it takes. */
export type Tell = (fault: "unknown-member" | "member-shape", what: string) => void

const tellNobody: Tell = () => {}

/** The items of a list, or in its place a value that should be in one. */
const itemsOf = (name: string, value: unknown, tell: Tell) => {
  if (value === null) tell("member-shape", `"${name}" is null`)
  if (value === null || value === undefined) return { items: [], isList: true }
  if (Array.isArray(value)) return { items: value, isList: true }
  tell("member-shape", `"${name}" is not a list`)
  return { items: [value], isList: false }
}

const others = (place: string, item: object, known: ReadonlyArray<string>, tell: Tell) => {
  for (const key of Object.keys(item)) {
    if (!known.includes(key)) tell("unknown-member", `"${place}.${key}"`)
  }
}

/** Loops in place of `flatMap`: there are a dozen members for each of a million contacts. */
const ofPayload = (member: (name: string) => unknown, tellOf: Tell): ReadonlyArray<SentMember> => {
  const all: Array<SentMember> = []
  const add = (kind: Kind, name: string, value: string, isOdd: boolean) => {
    all.push(isOdd ? { kind, name, value, isOdd } : { kind, name, value })
  }
  for (const kind of texts) {
    const given = member(kind)
    const value = textOf(given)
    if (given === null) tellOf("member-shape", `"${kind}" is null`)
    if (value === undefined) continue
    const isOdd = !isText(given)
    if (isOdd) tellOf("member-shape", `"${kind}" is not a text`)
    add(kind, "", value, isOdd)
  }
  const fields = itemsOf("fields", member("fields"), tellOf)
  // Of what should be in a list, it is enough to say that it is not.
  const tellOfField = fields.isList ? tellOf : tellNobody
  for (const [at, item] of fields.items.entries()) {
    const place = `fields[${at}]`
    if (!isObject(item)) {
      tellOfField("member-shape", `"${place}" is not an object with "id" and "value"`)
      continue
    }
    others(place, item, ["id", "value"], tellOfField)
    for (const key of ["id", "value"]) {
      if (!(key in item)) tellOfField("member-shape", `"${place}" has no "${key}"`)
      else if (item[key] === null) tellOfField("member-shape", `"${place}.${key}" is null`)
    }
    const id = textOf(item.id)
    const value = textOf(item.value)
    if (id !== undefined && !isText(item.id)) tellOfField("member-shape", `"${place}.id" is not an ID`)
    if (value !== undefined && !isText(item.value)) {
      tellOfField("member-shape", `"${place}.value" is not a text`)
    }
    if (id === undefined || value === undefined) continue
    add("field", id.trim(), value, !fields.isList || !isText(item.id) || !isText(item.value))
  }
  const tags = itemsOf("tags", member("tags"), tellOf)
  for (const [at, item] of tags.items.entries()) {
    if (!isText(item) && tags.isList) tellOf("member-shape", `"tags[${at}]" is not a text`)
    const tag = textOf(item)?.trim() ?? ""
    if (tag !== "") add("tag", tag, "", !tags.isList || !isText(item))
  }
  for (const kind of ["subscribe", "unsubscribe"] as const) {
    const lists = itemsOf(kind, member(kind), tellOf)
    const tell = lists.isList ? tellOf : tellNobody
    for (const [at, item] of lists.items.entries()) {
      const place = `${kind}[${at}]`
      if (!isObject(item)) tell("member-shape", `"${place}" is not an object with "listid"`)
      else {
        others(place, item, ["listid"], tell)
        if (!("listid" in item)) tell("member-shape", `"${place}" has no "listid"`)
        else if (!isListId(item.listid)) tell("member-shape", `"${place}.listid" is not the ID of a list`)
      }
      const listId = isObject(item) ? item.listid : item
      const id = textOf(listId)
      if (id !== undefined) add(kind, id.trim(), "", !lists.isList || !isObject(item) || !isListId(listId))
    }
  }
  return all
}

/** The members of a contact in the body of a request that say what was sent. */
export const membersOfPayload: ReadonlyArray<string> = [
  ...texts,
  "tags",
  "fields",
  "subscribe",
  "unsubscribe"
]

/** `exclude_automations` belongs beside the contacts, but one official example has it in them. */
const payloadMembers: ReadonlySet<string> = new Set(["email", ...membersOfPayload, "exclude_automations"])

/** Tells what a bulk import does not take of a contact in the body of its request. */
export const tellFaults = (contact: Readonly<Record<string, unknown>>, tell: Tell): void => {
  for (const name of Object.keys(contact)) {
    if (!payloadMembers.has(name)) tell("unknown-member", `"${name}"`)
  }
  ofPayload((name) => contact[name], tell)
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
  "payload" in sends ? ofPayload(cell, tellNobody) : ofMapping(sends, cell)
