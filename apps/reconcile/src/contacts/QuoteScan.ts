import { maxRecordLength } from "./ContactRow.js"

export type Scanned =
  | { readonly _tag: "Whole"; readonly end: number }
  | { readonly _tag: "Open"; readonly openedAt: number }
  | { readonly _tag: "Stray"; readonly openedAt: number; readonly at: number }

/**
 * Follows the quotes of one record, by the rules Papa reads fields by, and stops at the first that breaks them. Blanks
 * around a quoted field belong to nobody, and are gathered in `blanks`: Papa does not pass over all of them.
 */
export const scan = (
  text: string,
  start: number,
  delimiter: string,
  blanks?: Array<readonly [from: number, to: number]>
): Scanned => {
  // What lies beyond counts as not there, or the verdict would depend on how much of it was read already.
  const limit = start + maxRecordLength
  let position = start
  for (;;) {
    const openedAt = behindBlanks(text, position, delimiter)
    if (text[openedAt] === '"') {
      if (openedAt > position) blanks?.push([position, openedAt])
      let close = openedAt + 1
      for (;;) {
        close = text.indexOf('"', close)
        if (close === -1 || close > limit) return { _tag: "Open", openedAt }
        if (text[close + 1] !== '"') break
        close += 2
      }
      position = behindBlanks(text, close + 1, delimiter)
      if (position > close + 1) blanks?.push([close + 1, position])
      const next = text[position]
      if (next === undefined || next === "\n" || next === "\r") return { _tag: "Whole", end: position }
      if (next !== delimiter) return { _tag: "Stray", openedAt, at: close }
      position++
    } else {
      let next = text[position]
      while (next !== delimiter) {
        if (next === undefined || next === "\n" || next === "\r") return { _tag: "Whole", end: position }
        next = text[++position]
      }
      position++
    }
  }
}

const behindBlanks = (text: string, from: number, delimiter: string): number => {
  let position = from
  while (text[position] === " " || (text[position] === "\t" && delimiter !== "\t")) position++
  return position
}

/** A record that `scan` found whole, without the blanks around its quoted fields. */
export const withoutBlanks = (record: string, delimiter: string): string => {
  if (!/[ \t]"|"[ \t]/.test(record)) return record
  const blanks: Array<readonly [number, number]> = []
  scan(record, 0, delimiter, blanks)
  return blanks.reduceRight((text, [from, to]) => text.slice(0, from) + text.slice(to), record)
}
