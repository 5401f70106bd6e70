import { domainToASCII } from "node:url"
import type { Difference } from "../schema/words.js"

const withoutSpaces = (text: string) => text.replace(/[\s\p{Cf}]+/gu, "")

const compatible = (text: string) =>
  withoutSpaces(text.normalize("NFKC").toLowerCase())
    .replace(/[‘’‛ʼ′]/g, "'")
    .replace(/[“”„‟″]/g, '"')

/** A host name in ASCII: punycode if it has letters of other scripts. */
const hostInAscii = (address: string) => {
  const at = address.lastIndexOf("@")
  const host = address.slice(at + 1)
  if (at === -1 || (/^[\0-\x7f]*$/.test(host) && !/[a-z0-9]*xn--/.test(host))) return address
  return address.slice(0, at + 1) + (domainToASCII(host) || host)
}

const listed = /[^\s<>()[\]{},;:"`|\\]+@[^\s<>()[\]{},;:"`|\\?&#/]+/g

/** The addresses among other words, as in `Ada <ada@x.test>`, `mailto:ada@x.test` or `ada@x.test; bo@x.test`. */
const addressesIn = (key: string): ReadonlyArray<string> =>
  Array.from(
    key
      .normalize("NFKC")
      .toLowerCase()
      .replace(/[‘’‛ʼ′]/g, "'")
      .replace(/[“”„‟″«»]/g, '"')
      .replace(/\p{Cf}+/gu, "")
      .matchAll(listed),
    ([found]) => hostInAscii(found.replace(/^['.]+|['.]+$/g, ""))
  )

/**
 * What is left of a key without the differences of one kind and of the kinds before it. Two keys with the same rest differ
 * in nothing else.
 */
export const forms: ReadonlyArray<readonly [Difference, (key: string) => ReadonlyArray<string>]> = [
  ["spaces", (key) => [withoutSpaces(key)]],
  ["unicode-form", (key) => [compatible(key)]],
  ["host-form", (key) => [hostInAscii(compatible(key))]],
  ["among-words", addressesIn]
]

/** Whether adding, removing or replacing one letter, or swapping two, turns one into the other. */
export const isOneEdit = (left: string, right: string): boolean => {
  const [short, long] = left.length <= right.length ? [left, right] : [right, left]
  if (long.length - short.length > 1 || short === long) return false
  let from = 0
  while (from < short.length && short[from] === long[from]) from++
  const rest = (text: string, at: number) => text.slice(at)
  if (short.length < long.length) return rest(short, from) === rest(long, from + 1)
  const swapped = short[from] === long[from + 1] && short[from + 1] === long[from]
  return (
    rest(short, from + 1) === rest(long, from + 1) ||
    (swapped && rest(short, from + 2) === rest(long, from + 2))
  )
}

/** Compares keys. Equal ones do not differ. */
export const differenceOf = (reported: string, sent: string): Difference | undefined => {
  if (reported === sent) return undefined
  const form = forms.find(([, of]) => {
    const all = of(sent)
    return of(reported).some((one) => all.includes(one))
  })
  return form?.[0] ?? (isOneEdit(reported, sent) ? "one-edit" : undefined)
}
