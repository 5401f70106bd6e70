import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import type { ColumnMap, Role } from "./ColumnMap.js"
import { optionName, optionOf } from "./ColumnMap.js"
import { listed, printable, roleOf } from "./ColumnNames.js"
import { rejected } from "./ContactRow.js"
import {
  cellsOf,
  deepest,
  hasTwice,
  holdsLoneSurrogate,
  isTooDeep,
  mayHoldSurrogate,
  syntaxFaultOf
} from "./JsonText.js"
import { sentAddressColumn } from "./OwnColumns.js"
import { place } from "./RecordFault.js"
import type { Framed } from "./RecordFramer.js"
import { type Found, numberText, type RowSink, take } from "./RowSink.js"
import { thousands } from "../text/numbers.js"

/** Reads framed texts, each of one JSON object, and adds bad ones to those the framer rejected. */
export const read = (map: ColumnMap, framed: Framed, sink: Omit<RowSink, "rejected">): void => {
  const roles = rememberedRoles()
  const all: RowSink = { ...sink, rejected: framed.rejected }
  for (let i = 0; i < framed.texts.length; i++) {
    const text = framed.texts[i] ?? ""
    if (text.trim() === "") continue
    const line = framed.lines[i] ?? 0
    const found = readObject(text, line, map, roles)
    const before = framed.rejected.length
    if (Either.isRight(found)) {
      const [row, keys] = found.right
      take(row, (role) => `"${printable(keys(role) ?? "")}"`, all)
    } else framed.rejected.push(rejected(line, found.left.column, found.left.reason, text))
    const number = framed.numbers?.get(i)
    if (number === undefined) continue
    // All contacts of a body may be on one line.
    for (const row of framed.rejected.splice(before)) {
      framed.rejected.push({ ...row, reason: `Contact ${number}: ${row.reason}` })
    }
  }
}

interface Fault {
  readonly column: number | null
  readonly reason: string
}

type Member = Either.Either<string | null, Fault>

type KeyOf = (role: Role) => string | null

const fault = (reason: string, column: number | null = null): Either.Either<never, Fault> =>
  Either.left({ column, reason })

const readObject = (
  text: string,
  line: number,
  map: ColumnMap,
  roles: (key: string) => Role | null
): Either.Either<readonly [Found, KeyOf], Fault> => {
  if (isTooDeep(text)) return fault(`It is nested deeper than ${thousands(deepest)} levels.`)
  const parsed = parse(text, line)
  if (Either.isLeft(parsed)) return Either.left(parsed.left)
  const value = parsed.right
  if (!Predicate.isRecord(value)) return fault("It is JSON, but not an object.")
  if (mayHoldSurrogate(text) && holdsLoneSurrogate(value)) {
    return fault("It contains half of a character (a lone surrogate, like \\udfff), which is not text.")
  }
  const keys = Object.keys(value)
  const key = (role: Role) => keyFor(keys, map[role], role, roles)
  const emailAt = key("email")
  if (Either.isLeft(emailAt)) return Either.left(emailAt.left)
  const contactIdAt = key("contactId")
  if (Either.isLeft(contactIdAt)) return Either.left(contactIdAt.left)
  const batchIdAt = key("batchId")
  if (Either.isLeft(batchIdAt)) return Either.left(batchIdAt.left)
  const keyAt = key("key")
  if (Either.isLeft(keyAt)) return Either.left(keyAt.left)
  if (emailAt.right === null) return fault(withoutAddress(map, value, keys))
  const twice = [emailAt.right, contactIdAt.right, batchIdAt.right, keyAt.right].find(
    (used) => used !== null && hasTwice(text, used)
  )
  if (twice != null) return fault(`It has the key "${printable(twice)}" more than once.`)
  const email = addressOf(value[emailAt.right], emailAt.right)
  if (Either.isLeft(email)) return Either.left(email.left)
  const batchId = idOf(batchIdAt.right, value)
  if (Either.isLeft(batchId)) return Either.left(batchId.left)
  const sourceKey = idOf(keyAt.right, value)
  if (Either.isLeft(sourceKey)) return Either.left(sourceKey.left)
  if (sourceKey.right === null && map.key !== undefined) {
    return fault(
      keyAt.right === null
        ? `It has no key "${printable(map.key)}" (keys: ${listed(keys)}).`
        : `The value of "${printable(map.key)}", the key of the row, is blank.`
    )
  }
  const record = text.trim()
  const found: Found = {
    line,
    email: email.right,
    contactId: contactIdOf(contactIdAt.right === null ? null : value[contactIdAt.right]),
    batchId: batchId.right,
    key: sourceKey.right,
    cells: cellsOf(record, keys),
    isPlain: false,
    record,
    names: keys
  }
  const places = {
    email: emailAt.right,
    contactId: contactIdAt.right,
    batchId: batchIdAt.right,
    key: keyAt.right
  }
  return Either.right([found, (role) => places[role]])
}

const parse = (text: string, line: number): Either.Either<unknown, Fault> => {
  try {
    return Either.right(JSON.parse(text))
  } catch (cause) {
    const { at, detail } = syntaxFaultOf(text, cause)
    const where = place(text, 0, line, at)
    return fault(`It is not valid JSON ${where.words}: ${detail}.`, where.column)
  }
}

const withoutAddress = (
  map: ColumnMap,
  value: { readonly [key: string]: unknown },
  keys: ReadonlyArray<string>
): string => {
  const wanted =
    map.email === undefined
      ? "It has no key for an e-mail address"
      : `It has no key "${printable(map.email)}"`
  const list = keys.find((key) => {
    const member = value[key]
    return Array.isArray(member) && member.some(Predicate.isRecord)
  })
  const remedy =
    list === undefined
      ? ""
      : ` The contacts seem to be in the list "${printable(list)}": load only that, for example with jq '.["${printable(list)}"]'.`
  return `${wanted} (keys: ${listed(keys)}).${remedy}`
}

const keyFor = (
  keys: ReadonlyArray<string>,
  mapped: string | undefined,
  role: Role,
  roles: (key: string) => Role | null
): Member => {
  if (mapped !== undefined) return Either.right(keys.includes(mapped) ? mapped : null)
  const ours = role === "email" ? sentAddressColumn(keys) : undefined
  if (ours !== undefined) return Either.right(ours)
  let found: string | null = null
  for (const key of keys) {
    if (roles(key) !== role) continue
    if (found !== null) {
      return fault(
        `Both "${printable(found)}" and "${printable(key)}" could be the ${optionName[role]}; ` +
          `name one with ${optionOf(role, "KEY")}.`
      )
    }
    found = key
  }
  return Either.right(found)
}

const addressOf = (value: unknown, key: string): Either.Either<string, Fault> => {
  if (value === null) return fault(`The address in "${printable(key)}" is blank.`)
  return typeof value === "string"
    ? Either.right(value)
    : fault(`The address in "${printable(key)}" is not a string.`)
}

/** A wrong value is no reason to refuse the contact: it is treated as an unknown ID. */
const contactIdOf = (value: unknown): string | null => {
  if (value === null || value === undefined) return null
  if (typeof value === "string") return value.trim() || null
  return typeof value === "number" ? numberText(value) : JSON.stringify(value)
}

const idOf = (key: string | null, object: { readonly [key: string]: unknown }): Member => {
  const value = key === null ? null : object[key]
  if (value === null || value === undefined) return Either.right(null)
  if (typeof value === "string") return Either.right(value.trim() || null)
  const name = `"${printable(key ?? "")}"`
  if (typeof value !== "number") return fault(`The value of ${name} is neither a string nor a number.`)
  // Beyond this a number has lost digits, and would name another contact.
  return Number.isSafeInteger(value)
    ? Either.right(String(value))
    : fault(`The number in ${name} is not a whole number that can be read exactly; write it as a string.`)
}

// Working out a key's role takes longer than reading it, and a file has the same keys on every line.
const rememberedRoles = (): ((key: string) => Role | null) => {
  const known = new Map<string, Role | null>()
  return (key) => {
    let role = known.get(key)
    if (role === undefined) {
      role = roleOf(key)
      known.set(key, role)
    }
    return role
  }
}
