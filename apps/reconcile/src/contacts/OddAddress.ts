import type { RemarkKind } from "./ContactRow.js"

/** What most addresses look like; these need no further checks, which saves time over a million rows. */
const ordinary =
  /^[A-Za-z0-9!#$%&*+/=?^_{|}~-]+(?:\.[A-Za-z0-9!#$%&*+/=?^_{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9]+$/

/** RFC 5321 allows no longer address. */
const longest = 254

const kinds: ReadonlyArray<readonly [Exclude<RemarkKind, "contact-id">, (address: string) => boolean]> = [
  ["long", (address) => address.length > longest],
  // Controls, marks of direction, soft hyphens, joiners, blanks without width, and blanks that are no plain ones.
  [
    "invisible",
    (address) => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/u.test(address)
  ],
  // Text that was decoded wrongly, or escaped as HTML.
  ["garbled", (address) => /\uFFFD|[\u00C2\u00C3][\u0080-\u00BF]|&(?:#\w+|[a-z]+);/i.test(address)],
  ["mailto", (address) => /^mailto:/i.test(address)],
  ["name", (address) => /[<>]/.test(address)],
  ["several", (address) => /@.*@/s.test(address)],
  ["without-at", (address) => !address.includes("@")],
  [
    "quotes",
    (address) =>
      /["`\u00AB\u00B4\u00BB\u2018-\u201F\u2039\u203A\u300C-\u300F\uFF02\uFF07]|^'|'$/.test(address)
  ],
  ["blank", (address) => address.includes(" ")],
  ["punctuation", (address) => /^\.|\.$|[,;:()[\]\\]/.test(address)],
  // No local part, two dots in a row, no dot at all, or a sign that no host name has.
  [
    "host",
    (address) =>
      !/^[^@]+@(?:[\p{L}\p{M}\p{N}_-]+[.\u3002])+[\p{L}\p{M}\p{N}-]+$/u.test(address) ||
      /\.\.|\.@|@-/.test(address)
  ],
  // Letters of two alphabets, as a Cyrillic а in a Latin word, or wide forms of Latin ones.
  ["lookalike", (address) => isMixed(address) || address.normalize("NFKC") !== address.normalize("NFC")]
]

/** In one part of an address; parts of different alphabets are common. */
const isMixed = (address: string): boolean =>
  address
    .split(/[@.]/)
    .some((part) => /[a-z]/i.test(part) && /[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(part))

/** What is odd about an address, if anything. It is loaded unchanged, because it may have been sent that way. */
export const kindOf = (address: string): RemarkKind | null => {
  if (address.length <= longest && ordinary.test(address)) return null
  // White space around an address is not part of its key.
  const trimmed = address.trim()
  return kinds.find(([, isSo]) => isSo(trimmed))?.[0] ?? null
}
