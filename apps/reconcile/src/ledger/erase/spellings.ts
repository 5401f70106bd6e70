import { type EmailKey, fromAddress } from "effect-activecampaign/EmailKey"

/** The ways in which one address may stand in a text: as it is, in JSON, and in the query of a URL. */
export const spellingsOf = (addresses: ReadonlyArray<string>): ReadonlyArray<string> => {
  const trimmed = addresses.map((address) => address.trim()).filter((address) => address !== "")
  const all = trimmed.flatMap((address) => [
    address,
    address.normalize("NFC"),
    address.normalize("NFD"),
    JSON.stringify(address).slice(1, -1),
    encodeURIComponent(address),
    new URLSearchParams([["", address]]).toString().slice(1)
  ])
  // The longest first: one spelling may be the beginning of another.
  return [...new Set(all)].sort((a, b) => b.length - a.length)
}

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")

/**
 * Finds any of the spellings, whatever the case; not where it is the end or the beginning of a longer address, which
 * is somebody else's.
 */
export const patternOf = (spellings: ReadonlyArray<string>): RegExp =>
  new RegExp(
    `(?<![\\p{L}\\p{N}.+_~-]|%2B)(?:${spellings.map(literal).join("|")})(?![\\p{L}\\p{N}-]|\\.[\\p{L}\\p{N}])`,
    "giu"
  )

/** Somebody, and what is to stand in the place of their address and their contact IDs. */
export interface Person {
  readonly key: EmailKey
  readonly pattern: RegExp
  readonly ids: ReadonlyMap<string, string>
  readonly token: string
}

/** A text that is one address and nothing else: the person's own, or else somebody else's, however similar. */
const isOneAddress = (text: string) => /^\s*[^\s@]+@[^\s@]+\s*$/u.test(text)

/** Whether a text is the person's address, or holds it among other words. */
export const holds = (text: string, { key, pattern }: Pick<Person, "key" | "pattern">): boolean =>
  fromAddress(text) === key || (!isOneAddress(text) && new RegExp(pattern.source, "iu").test(text))

const withoutAddress = (text: string, { key, pattern, token }: Person): string => {
  if (fromAddress(text) === key) return token
  return isOneAddress(text) ? text : text.replace(pattern, token)
}

const withinJson = (value: unknown, person: Person): unknown => {
  if (typeof value === "string") return person.ids.get(value) ?? withoutAddress(value, person)
  if (typeof value === "number") return person.ids.get(String(value)) ?? value
  if (Array.isArray(value)) return value.map((item) => withinJson(item, person))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [withoutAddress(key, person), withinJson(item, person)])
  )
}

/** A body as it was received, without the person. Rewritten only where it holds something of theirs. */
export const withoutPerson = (body: string, person: Person): string => {
  try {
    const before: unknown = JSON.parse(body)
    const after = withinJson(before, person)
    return JSON.stringify(before) === JSON.stringify(after) ? body : JSON.stringify(after)
  } catch {
    return body.replace(person.pattern, person.token)
  }
}
