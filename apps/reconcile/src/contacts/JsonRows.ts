import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as EmailKey from "effect-activecampaign/EmailKey"
import type { ColumnMap, Role } from "./ColumnMap.js"
import { optionName, optionOf } from "./ColumnMap.js"
import { listed, printable, roleOf } from "./ColumnNames.js"
import type { ContactRow } from "./ContactRow.js"
import { rejected } from "./ContactRow.js"
import { sentAddressColumn } from "./OwnColumns.js"
import type { Framed } from "./RecordFramer.js"

/** Reads framed lines as JSON objects, and adds bad ones to those the framer rejected. */
export const read = (map: ColumnMap, framed: Framed, rows: Array<ContactRow>): void => {
  const roles = rememberedRoles()
  for (let i = 0; i < framed.texts.length; i++) {
    const text = framed.texts[i] ?? ""
    if (text.trim() === "") continue
    const line = framed.lines[i] ?? 0
    const row = readLine(text, line, map, roles)
    if (Either.isRight(row)) rows.push(row.right)
    else framed.rejected.push(rejected(line, row.left.column, row.left.reason, text))
  }
}

interface Fault {
  readonly column: number | null
  readonly reason: string
}

type Member = Either.Either<string | null, Fault>

const fault = (reason: string, column: number | null = null): Either.Either<never, Fault> =>
  Either.left({ column, reason })

const readLine = (
  text: string,
  line: number,
  map: ColumnMap,
  roles: (key: string) => Role | null
): Either.Either<ContactRow, Fault> => {
  const parsed = parse(text)
  if (Either.isLeft(parsed)) return Either.left(parsed.left)
  const value = parsed.right
  if (!Predicate.isRecord(value)) return fault("The line is JSON, but not an object.")
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
  if (emailAt.right === null) {
    const wanted =
      map.email === undefined ? "No key holds an e-mail address" : `No key is "${printable(map.email)}"`
    return fault(`${wanted} (keys: ${listed(keys)}).`)
  }
  const email = addressOf(value[emailAt.right], emailAt.right)
  if (Either.isLeft(email)) return Either.left(email.left)
  const contactId = idOf(contactIdAt.right, value)
  if (Either.isLeft(contactId)) return Either.left(contactId.left)
  const batchId = idOf(batchIdAt.right, value)
  if (Either.isLeft(batchId)) return Either.left(batchId.left)
  const sourceKey = idOf(keyAt.right, value)
  if (Either.isLeft(sourceKey)) return Either.left(sourceKey.left)
  if (sourceKey.right === null && map.key !== undefined) {
    return fault(
      keyAt.right === null
        ? `No key is "${printable(map.key)}" (keys: ${listed(keys)}).`
        : `The value of ${JSON.stringify(map.key)}, by which the row is known, is blank.`
    )
  }
  const record = text.trim()
  return Either.right({
    line,
    email: email.right,
    emailKey: EmailKey.fromAddress(email.right),
    contactId: contactId.right,
    batchId: batchId.right,
    key: sourceKey.right,
    columns: record,
    record,
    names: keys
  })
}

const parse = (text: string): Either.Either<unknown, Fault> => {
  try {
    return Either.right(JSON.parse(text))
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    const position = /at position (\d+)/.exec(detail)?.[1]
    return fault(
      `The line is not valid JSON: ${detail}.`,
      position === undefined ? null : Number(position) + 1
    )
  }
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
        `Both ${JSON.stringify(found)} and ${JSON.stringify(key)} could be the ${optionName[role]}; ` +
          `name one with ${optionOf(role, "KEY")}.`
      )
    }
    found = key
  }
  return Either.right(found)
}

const addressOf = (value: unknown, key: string): Either.Either<string, Fault> => {
  const name = JSON.stringify(key)
  if (value === null) return fault(`The address in ${name} is blank.`)
  if (typeof value !== "string") return fault(`The address in ${name} is not a string.`)
  if (value.trim() === "") return fault(`The address in ${name} is blank.`)
  return value.includes("\0") ? fault(`The address in ${name} holds a NUL character.`) : Either.right(value)
}

const idOf = (key: string | null, object: { readonly [key: string]: unknown }): Member => {
  const value = key === null ? null : object[key]
  if (value === null || value === undefined) return Either.right(null)
  if (typeof value === "string") return Either.right(value.trim() || null)
  const name = JSON.stringify(key)
  if (typeof value !== "number") return fault(`The value of ${name} is neither a string nor a number.`)
  // Beyond this a number has lost digits, and would name another contact.
  return Number.isSafeInteger(value)
    ? Either.right(String(value))
    : fault(`The number in ${name} is no whole number that can be read exactly; write it as a string.`)
}

// Working a key's role out takes longer than reading it, and the keys of a file are the same on every line.
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
