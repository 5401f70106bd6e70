import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { fromAddress } from "effect-activecampaign/EmailKey"

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")

const decodeJson = Schema.decodeUnknownEither(Schema.parseJson())

/**
 * What every stored text with the address has in lower case: its longest run of ASCII. PostgreSQL's `lower` may leave other
 * letters as they are, and JSON may have them escaped or composed, which can also take the letter before them.
 */
export const anchorOf = (address: string): string => {
  const runs = fromAddress(address).match(/[ !#-[\]-~]+(?![^ -~])/g) ?? []
  return runs.reduce((longest, run) => (run.length > longest.length ? run : longest), "")
}

/**
 * A JSON value without a person: contacts with the address become places, and the address in any text a word. Bodies are
 * texts of JSON themselves.
 */
export const erased = (value: unknown, address: string): unknown => {
  const key = fromAddress(address)
  const mentions = new RegExp(`(?<![\\p{L}\\p{N}_.+-])${escaped(key)}(?!\\.?[\\p{L}\\p{N}_-])`, "giu")
  const withoutMentions = (text: string) => {
    const composed = text.normalize("NFC")
    const without = fromAddress(text) === key ? "erased" : composed.replace(mentions, "erased")
    return without === composed ? text : without
  }
  const walkText = (text: string) => {
    const inner = /^\s*[[{]/.test(text) ? Either.getOrUndefined(decodeJson(text)) : undefined
    if (inner === undefined) return withoutMentions(text)
    const before = JSON.stringify(inner)
    const after = JSON.stringify(walk(inner))
    return before === after ? text : after
  }
  const walk = (part: unknown): unknown => {
    if (typeof part === "string") return walkText(part)
    if (Array.isArray(part)) return part.map(walk)
    if (typeof part !== "object" || part === null) return part
    if ("email" in part && typeof part.email === "string" && fromAddress(part.email) === key) {
      return { erased: true }
    }
    return Object.fromEntries(
      Object.entries(part).map(([name, inner]) => [withoutMentions(name), walk(inner)])
    )
  }
  return walk(value)
}
