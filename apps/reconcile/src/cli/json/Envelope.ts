import * as Schema from "effect/Schema"
import { schemaName } from "./names.js"

const Failure = Schema.Struct({
  code: Schema.String.annotations({
    description: "One word for what kind of failure it is, such as AuthenticationFailed"
  }),
  message: Schema.String.annotations({ description: "What happened, and what to do, for people" }),
  exit_code: Schema.Int.annotations({ description: "The exit code of the process" })
})

/** What `--json` prints: the same five fields for every command. */
export const envelopeOf = <Data extends Schema.Schema.AnyNoContext>(command: string, data: Data) =>
  Schema.Struct({
    schema: Schema.Literal(schemaName(command)).annotations({
      description: "The command and the version of its envelope"
    }),
    ok: Schema.Boolean.annotations({ description: "Whether the exit code is 0" }),
    data: Schema.NullOr(data).annotations({
      description: "What the command found or did; null if it could not"
    }),
    warnings: Schema.Array(Schema.String).annotations({
      description: "Sentences for people that would otherwise stand on standard error"
    }),
    error: Schema.NullOr(Failure).annotations({
      description: "Why the exit code is not 0, which may be so beside data; null if ok"
    })
  }).annotations({ title: `ac-reconcile ${command} --json` })
