import * as Schema from "effect/Schema"
import { expect } from "vitest"
import { commandData } from "../../../src/cli/json/commandData.js"
import { envelopeOf as envelopeSchema } from "../../../src/cli/json/Envelope.js"
import { schemaName } from "../../../src/cli/json/names.js"
import { type Ended, token } from "./World.js"

/** The envelope of `--json`. */
export interface Envelope {
  readonly schema: string
  readonly ok: boolean
  readonly data: unknown
  readonly warnings: ReadonlyArray<string>
  readonly error: { readonly code: string; readonly message: string; readonly exit_code: number } | null
}

const schemas = new Map(
  Object.entries(commandData).map(([command, data]) => [
    schemaName(command),
    envelopeSchema<Schema.Schema.AnyNoContext>(command, data)
  ])
)

/** One JSON document and nothing else, which is what its schema says and has no field besides. */
export const envelopeOf = (stdout: string): Envelope => {
  const envelope: Envelope = JSON.parse(stdout)
  const schema = schemas.get(envelope.schema)
  if (schema === undefined) throw new Error(`there is no schema ${envelope.schema}`)
  Schema.decodeUnknownSync(schema, { onExcessProperty: "error" })(envelope)
  expect(envelope.ok).toBe(envelope.error === null)
  return envelope
}

/** Everything a process said, without a token, a stack trace or a colour in it. */
export const expectCleanOutput = ({ stderr, stdout }: Ended) => {
  const all = stdout + stderr
  expect(all).not.toContain(token)
  expect(all).not.toMatch(/^\s+at .*(:\d+|node:internal)/m)
  expect(all).not.toContain("\u001b")
}

/** A refusal: nothing on stdout but what a run begins with, one line on stderr that ends as a sentence does, and this exit code. */
export const expectRefusal = (ended: Ended, code: number, like: RegExp) => {
  expectCleanOutput(ended)
  expect(ended.stderr.trim()).toMatch(like)
  expect(ended.stderr.trim()).toMatch(/^[^\n]+[.?')]$/)
  expect(ended.stdout.replace(/^Following [\d,]+ batch(es)? …\n/, "")).toBe("")
  expect(ended.code).toBe(code)
}

/** Success without a word of complaint. */
export const expectDone = (ended: Ended) => {
  expectCleanOutput(ended)
  expect(ended).toMatchObject({ code: 0, signal: null, stderr: "" })
}
