import * as JSONSchema from "effect/JSONSchema"
import * as Record from "effect/Record"
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

/** The JSON Schema of each command's envelope, by the name of its file. */
export const documents = (): Readonly<Record<string, unknown>> =>
  Record.mapEntries(commandData, (data, command) => [
    `${documentName(command)}.json`,
    withMoreFields(JSONSchema.make(envelopeOf(command, data)))
  ])
