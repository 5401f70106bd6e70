import * as Schema from "effect/Schema"

/** The call lacks something, or asks for something impossible. */
export class ConfigurationError extends Schema.TaggedError<ConfigurationError>(
  "ac-reconcile/ConfigurationError"
)("ConfigurationError", { problem: Schema.String, hint: Schema.String }) {
  override get message() {
    return `${this.problem} ${this.hint}`
  }
}
