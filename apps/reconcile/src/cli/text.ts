/** An address from a file may hold anything; control characters must not reach a terminal. */
export const printable = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Bidi_Control}]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`
  )

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`

/** "batch", "batches". */
export const batchesOf = (count: number) => plural(count, "batch", "batches")

/** Columns padded to their widest cell, indented by two; the last column runs free. */
export const columns = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const printed = rows.map((row) => row.map(printable))
  const widths = (printed[0] ?? []).map((_, index) =>
    printed.reduce((widest, row) => Math.max(widest, (row[index] ?? "").length), 0)
  )
  return printed
    .map((row) =>
      `  ${row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))).join("  ")}`.trimEnd()
    )
    .join("\n")
}

/** Blocks of text with an empty line between them; empty blocks vanish. */
export const blocks = (...parts: ReadonlyArray<string>): string =>
  parts.filter((part) => part !== "").join("\n\n")

/** A sentence's first word as it stands within another; `ID` stays as it is. */
export const within = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

/** Bytes as people read them: `820 B`, `1.4 MB`. */
export const sizeOf = (bytes: number): string => {
  const units = ["kB", "MB", "GB", "TB"]
  const power = Math.min(units.length, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  return power === 0 ? `${bytes} B` : `${(bytes / 1000 ** power).toFixed(1)} ${units[power - 1]}`
}
