import * as Schema from "effect/Schema"

/** Why a contact file cannot be used at all; a bad row is never the reason. */
export class ContactFileError extends Schema.TaggedError<ContactFileError>()("ContactFileError", {
  path: Schema.String,
  line: Schema.optional(Schema.Number),
  column: Schema.optional(Schema.Number),
  /** In a table, which has no lines. */
  row: Schema.optional(Schema.Number),
  /** What is wrong and what to do, without the place. */
  reason: Schema.String
}) {
  override get message(): string {
    const line = this.line === undefined ? "" : `, line ${this.line}`
    const row = this.row === undefined ? "" : `, row ${this.row}`
    const column = this.column === undefined ? "" : `, column ${this.column}`
    return `${displayName(this.path)}${line}${row}${column}: ${this.reason}`
  }
}

export const displayName = (path: string): string => (path === "-" ? "standard input" : path)
