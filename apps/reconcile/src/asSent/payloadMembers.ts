import { isText, textOf } from "./cells.js"
import { isId, nameForm } from "./names.js"
import { type Kind, type SentMember, texts, unnamed } from "./SentMember.js"

/** Told of members that a bulk import does not know, and of those in another shape than it takes. */
export type Tell = (fault: "unknown-member" | "member-shape", what: string) => void

export const tellNobody: Tell = () => {}

type JsonObject = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isListId = (value: unknown): boolean => isText(value) && isId(String(value).trim())

const isNothing = (value: unknown): boolean => textOf(value)?.trim() === "" || value === null

/** The name of a field or list that an ID stands for, or should. */
const nameOf = (id: unknown): string => (isText(id) ? nameForm(String(id)) : "") || unnamed

/** Whether an object has something under keys that are not known. */
const hasOther = (item: JsonObject, known: ReadonlyArray<string>): boolean =>
  Object.entries(item).some(([key, value]) => !known.includes(key) && !isNothing(value))

/** The items of a list, or of what stands in its place: then `apart` takes an object for what its members say. */
const itemsOf = (
  name: string,
  value: unknown,
  tell: Tell,
  apart: (value: JsonObject) => ReadonlyArray<unknown>
) => {
  if (value === null) tell("member-shape", `"${name}" is null`)
  if (value === null || value === undefined) return { items: [], isList: true, tell }
  if (Array.isArray(value)) return { items: value, isList: true, tell }
  tell("member-shape", `"${name}" is not a list`)
  // Of what should be in a list, it is enough to say that it is not.
  return { items: isObject(value) ? apart(value) : [value], isList: false, tell: tellNobody }
}

/** One field, or values by the IDs of their fields, or a list that PHP wrote as an object. */
const fieldsApart = (value: JsonObject): ReadonlyArray<unknown> =>
  "id" in value || "value" in value
    ? [value]
    : Object.entries(value).map(([id, one]) => (isObject(one) ? { id, ...one } : { id, value: one }))

const tagsApart = (value: JsonObject): ReadonlyArray<unknown> => {
  const all = Object.values(value)
  return all.every(isText) ? all : [value]
}

/** Of members without objects, it is not known whether they are lists. */
const listsApart = (value: JsonObject): ReadonlyArray<unknown> =>
  "listid" in value ? [value] : Object.values(value).map((one) => (isObject(one) ? one : { other: one }))

const tellOthers = (place: string, item: JsonObject, known: ReadonlyArray<string>, tell: Tell) => {
  for (const key of Object.keys(item)) {
    if (!known.includes(key)) tell("unknown-member", `"${place}.${key}"`)
  }
}

type Add = (kind: Kind, name: string, value: string, isOdd: boolean) => void

const ofFields = (given: unknown, add: Add, tellOf: Tell) => {
  const { isList, items, tell } = itemsOf("fields", given, tellOf, fieldsApart)
  for (const [at, item] of items.entries()) {
    const place = `fields[${at}]`
    if (!isObject(item)) {
      tell("member-shape", `"${place}" is not an object with "id" and "value"`)
      if (!isNothing(item)) add("field", unnamed, textOf(item) ?? "", true)
      continue
    }
    tellOthers(place, item, ["id", "value"], tell)
    for (const key of ["id", "value"]) {
      if (!(key in item)) tell("member-shape", `"${place}" has no "${key}"`)
      else if (item[key] === null) tell("member-shape", `"${place}.${key}" is null`)
    }
    const name = nameOf(item.id)
    const hasId = name !== unnamed
    if (!hasId && item.id !== null && item.id !== undefined) {
      tell("member-shape", `"${place}.id" is not an ID`)
    }
    const value = textOf(item.value)
    if (value !== undefined && !isText(item.value)) tell("member-shape", `"${place}.value" is not a text`)
    if (value !== undefined) add("field", name, value, !isList || !hasId || !isText(item.value))
    else if (!("value" in item) && hasOther(item, ["id"])) {
      add("field", name, JSON.stringify(item), true)
    }
  }
}

const ofTags = (given: unknown, add: Add, tellOf: Tell) => {
  const { isList, items, tell } = itemsOf("tags", given, tellOf, tagsApart)
  for (const [at, item] of items.entries()) {
    if (!isText(item)) tell("member-shape", `"tags[${at}]" is not a text`)
    const tag = textOf(item)?.trim() ?? ""
    if (tag !== "") add("tag", tag, "", !isList || !isText(item))
  }
}

const ofLists = (kind: "subscribe" | "unsubscribe", given: unknown, add: Add, tellOf: Tell) => {
  const { isList, items, tell } = itemsOf(kind, given, tellOf, listsApart)
  for (const [at, item] of items.entries()) {
    const place = `${kind}[${at}]`
    if (!isObject(item)) {
      tell("member-shape", `"${place}" is not an object with "listid"`)
      if (!isNothing(item)) add(kind, nameOf(item), "", true)
      continue
    }
    tellOthers(place, item, ["listid"], tell)
    if (!("listid" in item)) tell("member-shape", `"${place}" has no "listid"`)
    else if (!isListId(item.listid)) tell("member-shape", `"${place}.listid" is not the ID of a list`)
    const saysOne = "listid" in item ? item.listid !== null : hasOther(item, [])
    if (saysOne) add(kind, nameOf(item.listid), "", !isList || !isListId(item.listid))
  }
}

/**
 * What a contact in the body of a request was sent with. What has an odd shape is there as well, so that it is counted. Loops
 * in place of `flatMap`: there are a dozen members for each of a million contacts.
 */
export const ofPayload = (member: (name: string) => unknown, tell: Tell): ReadonlyArray<SentMember> => {
  const all: Array<SentMember> = []
  const add: Add = (kind, name, value, isOdd) => {
    all.push(isOdd ? { kind, name, value, isOdd } : { kind, name, value })
  }
  for (const kind of texts) {
    const given = member(kind)
    const value = textOf(given)
    if (given === null) tell("member-shape", `"${kind}" is null`)
    if (value === undefined) continue
    const isOdd = !isText(given)
    if (isOdd) tell("member-shape", `"${kind}" is not a text`)
    add(kind, "", value, isOdd)
  }
  ofFields(member("fields"), add, tell)
  ofTags(member("tags"), add, tell)
  ofLists("subscribe", member("subscribe"), add, tell)
  ofLists("unsubscribe", member("unsubscribe"), add, tell)
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
export const tellFaults = (contact: JsonObject, tell: Tell): void => {
  for (const name of Object.keys(contact)) {
    if (!payloadMembers.has(name)) tell("unknown-member", `"${name}"`)
  }
  ofPayload((name) => contact[name], tell)
}
