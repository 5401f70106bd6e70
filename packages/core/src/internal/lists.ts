import * as Option from "effect/Option"
import type { ContactId } from "../ContactId.js"
import type { UnreadableItem } from "../UnreadableItem.js"
import { wellFormed } from "./text.js"

type ListName = UnreadableItem["list"]

/** The items of a list, and its unreadable items. */
interface Read<A> {
  readonly items: ReadonlyArray<A>
  readonly unreadable: ReadonlyArray<UnreadableItem>
}

interface Kind<A> {
  readonly list: ListName
  /** Whether an item has the documented form. */
  readonly is: (item: unknown) => item is A
  /** Reads an item in another form, if possible. */
  readonly read: (item: unknown) => Option.Option<A>
  /** Whether a value in place of a list is a single item. */
  readonly isAlone: (value: unknown) => boolean
}

/** Not a regular expression: lists have 250 items, and this is most of the cost of reading them. */
const isContactId = (item: unknown): item is ContactId => {
  if (typeof item !== "string") return false
  let isZero = true
  for (let at = 0; at < item.length; at++) {
    const digit = item.charCodeAt(at) - 0x30
    if (digit < 0 || digit > 9) return false
    if (digit !== 0) isZero = false
  }
  return !isZero
}

const ids: Kind<ContactId> = {
  list: "success",
  is: isContactId,
  // A number beyond 2^53 has lost digits.
  read: (item) =>
    typeof item === "number" && Number.isSafeInteger(item)
      ? Option.liftPredicate(isContactId)(String(item))
      : Option.none(),
  // It may also be a count.
  isAlone: () => false
}

const isText = (item: unknown): item is string => typeof item === "string"

const addresses: Kind<string> = {
  list: "failure",
  is: (item): item is string => isText(item) && wellFormed(item) === item,
  read: (item) => Option.map(Option.liftPredicate(isText)(item), wellFormed),
  isAlone: (value) => isText(value) && value.includes("@")
}

const longest = 200

const kindOf = (value: unknown) => {
  if (typeof value === "string") return "a text"
  return Array.isArray(value) ? "a list" : "an object"
}

/** Whole or not at all: half an address could not be found again. */
const shortOf = (value: unknown): string => {
  if (typeof value === "number") {
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? `about ${value}` : String(value)
  }
  try {
    const json = JSON.stringify(value)
    return json.length <= longest ? json : `${kindOf(value)} of ${json.length} characters`
  } catch {
    // Nested too deep for JavaScript. The client refuses that earlier.
    return `${kindOf(value)} nested too deep`
  }
}

/** The key by which an unreadable item is encoded, so that it decodes to the same. */
const key = "unreadable"

const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const writtenIn = (value: unknown): string | undefined => {
  const text = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return typeof text === "string" && text.length <= longest ? text : undefined
}

const isNothingElse = (value: unknown) => isObject(value) && Object.keys(value).length === 1

/** A list of a million nulls needs no million records. */
const mostUnreadable = 1000

const readItems = <A>({ is, list, read }: Kind<A>, values: ReadonlyArray<unknown>): Read<A> => {
  // Most often all are readable, and the list need not be copied.
  if (values.every(is)) return { items: values, unreadable: [] }
  const items: Array<A> = []
  const unreadable: Array<UnreadableItem> = []
  let more: { readonly position: number; count: number } | undefined
  for (const [position, value] of values.entries()) {
    const item = is(value) ? Option.some(value) : read(value)
    if (Option.isSome(item)) items.push(item.value)
    else if (unreadable.length < mostUnreadable) {
      const written = isNothingElse(value) ? writtenIn(value) : undefined
      unreadable.push({ list, position: Option.some(position), value: written ?? shortOf(value) })
    } else if (more === undefined) more = { position, count: 1 }
    else more.count += 1
  }
  if (more !== undefined) {
    unreadable.push({ list, position: Option.some(more.position), value: `${more.count} more from here on` })
  }
  return { items, unreadable }
}

/** The values of a list that PHP wrote as an object. Keys that are names are unreadable items. */
const valuesOf = (object: { readonly [key: string]: unknown }): ReadonlyArray<unknown> =>
  Object.entries(object).flatMap(([name, value]) => {
    if (/^\d+$/.test(name)) return [value]
    return name === key && writtenIn(object) !== undefined ? [] : [{ [name]: value }]
  })

/** Any value in place of a list, read as far as possible. Never fails. */
const readList = <A>(kind: Kind<A>, value: unknown): Read<A> => {
  if (Array.isArray(value)) return readItems(kind, value)
  const values = isObject(value) ? valuesOf(value) : kind.isAlone(value) ? [value] : []
  const { items, unreadable } = readItems(kind, values)
  const shape = { list: kind.list, position: Option.none(), value: writtenIn(value) ?? shortOf(value) }
  return { items, unreadable: [shape, ...unreadable] }
}

/** A list that is missing or null is not known, which is not the same as empty. */
const readKnown = <A>(kind: Kind<A>, value: unknown): Option.Option<Read<A>> =>
  Option.map(Option.fromNullable(value), (known) => readList(kind, known))

const unreadableOf = (read: Option.Option<Read<unknown>>): ReadonlyArray<UnreadableItem> =>
  Option.match(read, { onNone: () => [], onSome: ({ unreadable }) => unreadable })

/** Both lists of an answer as received. */
export const readLists = (wire: { readonly success?: unknown; readonly failure?: unknown }) => {
  const success = readKnown(ids, wire.success)
  const failure = readKnown(addresses, wire.failure)
  return {
    success: Option.map(success, ({ items }) => items),
    failure: Option.map(failure, ({ items }) => items),
    unreadable: [...unreadableOf(success), ...unreadableOf(failure)]
  }
}

/** Encodes a list so that it decodes to the same items and the same unreadable ones. */
export const listOnWire = (
  list: ListName,
  items: ReadonlyArray<string>,
  unreadable: ReadonlyArray<UnreadableItem>
): unknown => {
  const own = unreadable.filter((item) => item.list === list)
  if (own.length === 0) return items
  const values: Array<unknown> = []
  let read = 0
  for (const { position, value } of own) {
    if (Option.isNone(position)) continue
    while (values.length < position.value && read < items.length) values.push(items[read++])
    values.push({ [key]: value })
  }
  const all = values.concat(items.slice(read))
  const shape = own.find(({ position }) => Option.isNone(position))
  return shape === undefined ? all : { ...all, [key]: shape.value }
}
