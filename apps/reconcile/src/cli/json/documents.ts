import * as JSONSchema from "effect/JSONSchema"
import * as Record from "effect/Record"
import { Mapping } from "../../asSent/Sends.js"
import { commandData } from "./commandData.js"
import { envelopeOf } from "./Envelope.js"
import { documentName } from "./names.js"

/** A later version may have more fields, which a reader of this one ignores. */
const withMoreFields = (document: unknown): unknown => {
  if (Array.isArray(document)) return document.map(withMoreFields)
  if (typeof document !== "object" || document === null) return document
  return Object.fromEntries(
    Object.entries(document).flatMap(([key, value]) =>
      key === "additionalProperties" && value === false ? [] : [[key, withMoreFields(value)]]
    )
  )
}

/** The JSON Schemas by the names of their files: each command's envelope, and the file of --sends. */
export const documents = (): Readonly<Record<string, unknown>> => ({
  ...Record.mapEntries(commandData, (data, command) => [
    `${documentName(command)}.json`,
    withMoreFields(JSONSchema.make(envelopeOf(command, data)))
  ]),
  "sends-file.json": JSONSchema.make(Mapping)
})
