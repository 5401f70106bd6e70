import { printableJson } from "../../text/printable.js"

/** A number that is written digit by digit, because JavaScript would write a different one. */
class Digits {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

const hex = (bytes: Uint8Array) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")

/** A value as the text of a cell: empty for NULL, hex for bytes, JSON for objects. */
export const cellText = (value: unknown): string => {
  if (value === null || value === undefined) return ""
  if (value instanceof Digits) return value.text
  if (value instanceof Uint8Array) return hex(value)
  return typeof value === "object" ? JSON.stringify(value) : String(value)
}

/** A number cannot be a formula, and must stay a number so that it can be added up. */
export const isNumber = (value: unknown): boolean =>
  typeof value === "number" || typeof value === "bigint" || value instanceof Digits

/** A value as JSON: whole numbers of any length as plain literals, and values that are no JSON number as text. */
export const jsonText = (value: unknown): string => {
  if (typeof value === "bigint") return String(value)
  if (value instanceof Digits) return value.text
  if (value instanceof Uint8Array) return `"${hex(value)}"`
  if (typeof value === "number" && !Number.isFinite(value)) return `"${value}"`
  return printableJson(JSON.stringify(value ?? null))
}

/** A value from SQLite, with 64-bit integers as `bigint`: every other number is a REAL, and stays one even if whole. */
export const fromSqlite = (value: unknown): unknown => {
  if (typeof value !== "number" || !Number.isInteger(value)) return value
  const text = Object.is(value, -0) ? "-0" : String(value)
  return new Digits(text.includes("e") ? text : `${text}.0`)
}
