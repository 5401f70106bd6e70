import { cellText } from "./cellText.js"

/** Renders as the plain text: no cell ends early, and none becomes a link, an image or HTML. */
const escaped = (value: unknown): string =>
  cellText(value)
    .replace(/[\\`*[\]|~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replace(/\r\n|\n|\r/g, "<br>")

const line = (cells: ReadonlyArray<string>) => `| ${cells.join(" | ")} |\n`

export const header = (columns: ReadonlyArray<string>): string =>
  line(columns.map(escaped)) + line(columns.map(() => "---"))

export const lines = (rows: ReadonlyArray<ReadonlyArray<unknown>>): string =>
  rows.map((row) => line(row.map(escaped))).join("")
