import * as Option from "effect/Option"
import type { AppliedTag, ContactDetails, FieldValue, Gap, Membership, Part } from "../ContactDetails.js"
import { countOf } from "./loose.js"
import { wellFormed } from "./text.js"

/** The lists that make up the details, and the names of the tags. */
export const include = "fieldValues,contactTags.tag,contactLists"

/** Without the part that a large account answers slowest. */
export const includeLess = "fieldValues,contactTags.tag"

type JsonObject = { readonly [key: string]: unknown }

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Numbers beyond 2^53 have lost digits. */
export const idOf = (value: unknown): string | undefined => {
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value
  return typeof text === "string" && /^0*[1-9]\d*$/.test(text) ? text : undefined
}

export const textOf = (value: unknown): string | undefined => {
  if (typeof value === "string") return wellFormed(value)
  const isExact =
    typeof value === "number" &&
    Number.isFinite(value) &&
    (Number.isSafeInteger(value) || !Number.isInteger(value))
  return isExact ? String(value) : undefined
}

/** The items of a list, also of one that PHP wrote as an object. */
const itemsOf = (list: unknown): ReadonlyArray<unknown> => {
  if (Array.isArray(list)) return list
  return isObject(list) ? Object.values(list) : []
}

const notSideloaded: Part<never> = { _tag: "NotSideloaded" }

/** What the rows of one contact say, by what they are about: nothing where two rows say different things. */
interface Read<Row> {
  readonly rows: Map<string, Row | undefined>
  gap: Gap | undefined
}

interface Kind<Row> {
  /** The list in the answer, and in a contact the IDs of its rows. */
  readonly key: "fieldValues" | "contactTags" | "contactLists"
  /** What the row is about, and the row. */
  readonly read: (row: JsonObject) => readonly [string, Row] | undefined
  readonly same: (left: Row, right: Row) => boolean
}

const fieldValues: Kind<FieldValue> = {
  key: "fieldValues",
  read: (row) => {
    const field = idOf(row.field)
    const value = row.value === null ? "" : textOf(row.value)
    return field === undefined || value === undefined ? undefined : [field, { field, value }]
  },
  same: (left, right) => left.value === right.value
}

const contactTags = (names: ReadonlyMap<string, string>): Kind<AppliedTag> => ({
  key: "contactTags",
  read: (row) => {
    const tag = idOf(row.tag)
    return tag === undefined ? undefined : [tag, { tag, name: Option.fromNullable(names.get(tag)) }]
  },
  same: () => true
})

const contactLists: Kind<Membership> = {
  key: "contactLists",
  read: (row) => {
    const list = idOf(row.list)
    const status = Option.getOrUndefined(countOf(row.status))
    return list === undefined || status === undefined ? undefined : [list, { list, status }]
  },
  same: (left, right) => left.status === right.status
}

/** The names of tags by ID. Two names for one ID are none. */
const namesOf = (tags: unknown): ReadonlyMap<string, string> => {
  const names = new Map<string, string>()
  const conflicting = new Set<string>()
  for (const item of itemsOf(tags)) {
    const id = isObject(item) ? idOf(item.id) : undefined
    const name = isObject(item) && typeof item.tag === "string" ? wellFormed(item.tag) : undefined
    if (id === undefined || name === undefined) continue
    if ((names.get(id) ?? name) !== name) conflicting.add(id)
    names.set(id, name)
  }
  for (const id of conflicting) names.delete(id)
  return names
}

interface Answer {
  readonly contacts: ReadonlyMap<string, JsonObject>
  /** A list of a page that is empty may have been left out: a page shows 100 contacts, and somebody holds something. */
  readonly isPage: boolean
}

/** Distributes the rows of a list among the contacts of its page. A row that may be anybody's is a gap of all. */
const partsOf = <Row>(
  kind: Kind<Row>,
  list: unknown,
  { contacts, isPage }: Answer
): ((id: string) => Part<Row>) => {
  if (list === undefined || list === null) return () => notSideloaded
  const read = new Map<string, Read<Row>>()
  const items = itemsOf(list)
  let gapOfAll: Gap | undefined = Array.isArray(list) ? undefined : "unreadable"
  for (const item of items) {
    const contact = isObject(item) ? idOf(item.contact) : undefined
    if (!isObject(item) || contact === undefined) {
      gapOfAll = "unreadable"
      continue
    }
    if (!contacts.has(contact)) {
      gapOfAll ??= "strangers"
      continue
    }
    const own = read.get(contact) ?? nothingRead<Row>()
    read.set(contact, own)
    const row = kind.read(item)
    if (row === undefined) own.gap ??= "unreadable"
    else addRow(kind, own, row)
  }
  return (id) => {
    const { gap, rows } = read.get(id) ?? nothingRead<Row>()
    const shown = [...rows.values()].filter((row) => row !== undefined)
    const named = contacts.get(id)?.[kind.key]
    const why = gap ?? gapOfAll ?? gapOfRows(named, rows.size, isPage && items.length === 0)
    return why === undefined ? { _tag: "Complete", rows: shown } : { _tag: "Incomplete", rows: shown, why }
  }
}

/** A contact that names its rows shows how many there are. */
const gapOfRows = (named: unknown, shown: number, isEmpty: boolean): Gap | undefined => {
  if (Array.isArray(named)) return new Set(named).size > shown ? "withheld" : undefined
  return isEmpty ? "empty" : undefined
}

const nothingRead = <Row>(): Read<Row> => ({ rows: new Map(), gap: undefined })

/** Of two different rows about one thing, nothing says which is right. */
const addRow = <Row>(kind: Kind<Row>, own: Read<Row>, [about, row]: readonly [string, Row]) => {
  if (!own.rows.has(about)) {
    own.rows.set(about, row)
    return
  }
  const before = own.rows.get(about)
  if (before !== undefined && kind.same(before, row)) return
  own.gap = "conflicting"
  own.rows.set(about, undefined)
}

const textsOf = (contact: JsonObject | undefined) => {
  const text = (key: string) => Option.fromNullable(textOf(contact?.[key]))
  return {
    firstName: text("firstName"),
    lastName: text("lastName"),
    phone: text("phone"),
    organization: text("orgname")
  }
}

/** The contacts of a page or of a reply about one, by ID. Of two that differ, neither is used. */
const contactsOf = (reply: JsonObject): ReadonlyMap<string, JsonObject> => {
  const contacts = new Map<string, JsonObject>()
  const items = "contact" in reply ? [reply.contact] : itemsOf(reply.contacts)
  for (const item of items) {
    const id = isObject(item) ? idOf(item.id) : undefined
    if (!isObject(item) || id === undefined) continue
    const before = contacts.get(id)
    const isSame = before === undefined || JSON.stringify(before) === JSON.stringify(item)
    contacts.set(id, isSame ? item : {})
  }
  return contacts
}

/** The details of each contact of an answer, read as far as possible from any JSON. */
export interface Sideloads {
  readonly of: (id: string) => ContactDetails
  /** Whether the answer has any of the lists. */
  readonly isServed: boolean
}

/** A list that was not asked for may be there and show nothing. */
export const readSideloads = (json: unknown, asked: string = include): Sideloads => {
  const reply = isObject(json) ? json : {}
  const answer = { contacts: contactsOf(reply), isPage: !("contact" in reply) }
  const parts = new Set(asked.split(",").map((part) => part.replace(/\..*/, "")))
  const listOf = (key: Kind<never>["key"]) => (parts.has(key) ? reply[key] : undefined)
  const fields = partsOf(fieldValues, listOf("fieldValues"), answer)
  const tags = partsOf(contactTags(namesOf(reply.tags)), listOf("contactTags"), answer)
  const lists = partsOf(contactLists, listOf("contactLists"), answer)
  return {
    of: (id) => ({
      ...textsOf(answer.contacts.get(id)),
      fieldValues: fields(id),
      tags: tags(id),
      lists: lists(id)
    }),
    isServed: (["fieldValues", "contactTags", "contactLists"] as const).some((key) => {
      const list = listOf(key)
      return list !== undefined && list !== null
    })
  }
}

/** A short list without a total may be the first page. */
const pageLengths: ReadonlySet<number> = new Set([20, 100])

/** The tags in the reply about the tags of one contact. */
export const readContactTags = (json: unknown, id: string): Part<AppliedTag> => {
  const reply = isObject(json) ? json : {}
  const part = partsOf(contactTags(namesOf(reply.tags)), reply.contactTags, {
    contacts: new Map([[id, {}]]),
    isPage: false
  })(id)
  return part._tag === "Complete" && pageLengths.has(itemsOf(reply.contactTags).length)
    ? { _tag: "Incomplete", rows: part.rows, why: "withheld" }
    : part
}
