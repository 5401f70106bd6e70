import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { isOfPayload } from "../../asSent/Sends.js"
import { normalForm, printable } from "../../contacts/ColumnNames.js"
import { shellCall } from "../../text/shellCall.js"
import type { Source } from "./Source.js"

/** Why the contacts of a source are not loaded. Nothing of them is recorded then. */

/** Batches were asked for by a column that no row has. */
export class NoBatchNamed extends Schema.TaggedError<NoBatchNamed>("ac-reconcile/NoBatchNamed")(
  "NoBatchNamed",
  {
    source: Schema.String,
    rows: Schema.Int
  }
) {
  override get message() {
    return `${this.source}: none of its ${this.rows} contacts names a batch; nothing was loaded. Check the name given with --batch-column.`
  }
}

/** The contacts of a source are known by one column; by another they would be other contacts. */
export class OtherKeyColumn extends Schema.TaggedError<OtherKeyColumn>("ac-reconcile/OtherKeyColumn")(
  "OtherKeyColumn",
  {
    source: Schema.String,
    keyColumn: Schema.String,
    asked: Schema.NullOr(Schema.String)
  }
) {
  override get message() {
    const column = printable(this.keyColumn)
    const asked = this.asked === null ? "" : `, not by "${printable(this.asked)}"`
    return `${this.source}: its contacts are known by their column "${column}"${asked}; nothing was loaded. Load it with --key "${column}", or under another name with --source NAME.`
  }
}

/** Bodies of requests say what the contacts of a source were sent with. The columns of a table would be taken for members. */
export class OtherThanPayload extends Schema.TaggedError<OtherThanPayload>("ac-reconcile/OtherThanPayload")(
  "OtherThanPayload",
  {
    source: Schema.String,
    file: Schema.String
  }
) {
  override get message() {
    const remove = shellCall("contacts remove --source", this.file, this.source)
    return printable(
      `${this.source}: the body of a bulk import request says what its contacts were sent with, and these contacts are not from one; nothing was loaded. To have them in its place, remove it first, and then load them: ${remove}`
    )
  }
}

interface Known {
  readonly key_column: string | null
  /** As stored. */
  readonly sends: string | null
}

export const checkKey = (source: Source, known: Known | undefined) => {
  const column = source.key?.column
  const before = known?.key_column ?? null
  return before === null || (column !== undefined && normalForm(column) === normalForm(before))
    ? Effect.void
    : new OtherKeyColumn({ source: source.name, keyColumn: before, asked: column ?? null })
}

/** Once the rows have been read, and it is known what they are. If there are none, nothing is taken for members. */
export const checkDeclared = (
  source: Source,
  known: Known | undefined,
  { file, rows }: { readonly file: string; readonly rows: number }
) => {
  const declared = source.sends?.()
  const isOther = declared === undefined ? rows > 0 : !("payload" in declared)
  return isOther && isOfPayload(known?.sends ?? null)
    ? new OtherThanPayload({ source: source.name, file })
    : Effect.void
}
