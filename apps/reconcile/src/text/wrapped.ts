import { wrapAnsi } from "fast-wrap-ansi"

/** The text in lines of at most this width. A word that is longer has its own line, or is broken. */
export const wrapped = (
  text: string,
  columns: number,
  options: { readonly breaksWords?: boolean } = {}
): ReadonlyArray<string> => wrapAnsi(text, columns, { hard: options.breaksWords ?? false }).split("\n")
