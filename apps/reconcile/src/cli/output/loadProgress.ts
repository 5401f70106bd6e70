import { plural } from "./text.js"

export interface Loaded {
  readonly rows: number
  readonly bytes: number
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1)

/** How much of a source has been read; a table has only rows, and a pipe no size. */
export const describeLoaded = ({ bytes, rows }: Loaded, size: number | undefined): string => {
  const read = `${plural(rows, "row")} read`
  if (bytes === 0) return read
  if (size === undefined || size === 0) return `${read}, ${megabytes(bytes)} MB`
  const percentage = Math.min(100, Math.floor((bytes / size) * 100))
  return `${read}, ${megabytes(bytes)} of ${megabytes(size)} MB (${percentage}%)`
}
