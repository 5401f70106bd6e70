import { maxRecordLength } from "./ContactRow.js"

export type Scanned =
  | { readonly _tag: "Whole"; readonly end: number }
  | { readonly _tag: "Open"; readonly openedAt: number }
  | { readonly _tag: "Stray"; readonly openedAt: number; readonly at: number }

/** Follows the quotes of one record, by the rules Papa reads fields by, and stops at the first that breaks them. */
export const scan = (text: string, start: number, delimiter: string): Scanned => {
  // What lies beyond counts as not there, or the verdict would depend on how much of it was read already.
  const limit = start + maxRecordLength
  let position = start
  for (;;) {
    if (text[position] === '"') {
      const openedAt = position
      let close = position + 1
      for (;;) {
        close = text.indexOf('"', close)
        if (close === -1 || close > limit) return { _tag: "Open", openedAt }
        if (text[close + 1] !== '"') break
        close += 2
      }
      position = close + 1
      while (text[position] === " ") position++
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
