import * as Schema from "effect/Schema"

/** An output could not be written: the disk is full, its folder is not there, nobody may write to it. */
export class OutputError extends Schema.TaggedError<OutputError>("ac-reconcile/OutputError")("OutputError", {
  file: Schema.String,
  reason: Schema.String,
  hint: Schema.String
}) {
  override get message() {
    return `${this.file}: cannot be written (${this.reason}). ${this.hint}`
  }
}

/** An output that would destroy something; nothing of it was written. */
export class OutputRefused extends Schema.TaggedError<OutputRefused>("ac-reconcile/OutputRefused")(
  "OutputRefused",
  {
    file: Schema.String,
    /** Finishes the sentence "it is …". */
    is: Schema.String,
    hint: Schema.String
  }
) {
  override get message() {
    return `${this.file}: nothing was written to it because it is ${this.is}. ${this.hint}`
  }
}
