import { fromAddress } from "effect-activecampaign/EmailKey"

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")

/** A JSON value without a person: contacts with the address become places, and the address in any text a word. */
export const erased = (value: unknown, address: string): unknown => {
  const key = fromAddress(address)
  const mentions = new RegExp(`(?<![\\w.+-])${escaped(key)}(?![\\w-])`, "gi")
  const walk = (part: unknown): unknown => {
    if (typeof part === "string") return part.replace(mentions, "erased")
    if (Array.isArray(part)) return part.map(walk)
    if (typeof part !== "object" || part === null) return part
    if ("email" in part && typeof part.email === "string" && fromAddress(part.email) === key) {
      return { erased: true }
    }
    return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, walk(inner)]))
  }
  return walk(value)
}
