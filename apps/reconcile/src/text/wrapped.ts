import { wrapAnsi } from "fast-wrap-ansi"

/** The text in lines of at most this width. A word that is longer has its own line. */
export const wrapped = (text: string, columns: number): ReadonlyArray<string> =>
  wrapAnsi(text, columns).split("\n")
