import * as HelpDoc from "@effect/cli/HelpDoc"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Effect from "effect/Effect"
import { printable } from "../../text/printable.js"
import { spanText } from "./plainText.js"
import type { ConfigurationError } from "./ConfigurationError.js"
import { ExitCode, type ExitWith } from "./ExitCode.js"
import { printError, printExact } from "./console.js"
import { envelope } from "./respond.js"
import { mistakeIn } from "./mistakes.js"
import type { Call } from "./syntax.js"

/** The parser's message without its colours: it may contain typed text that looks like a colour. */
const textOf = (doc: HelpDoc.HelpDoc): string => {
  switch (doc._tag) {
    case "Empty":
      return ""
    case "Header":
    case "Paragraph":
      return spanText(doc.value)
    case "Sequence":
      return [textOf(doc.left), textOf(doc.right)].filter((text) => text !== "").join(" ")
    case "Enumeration":
      return doc.elements.map(textOf).join(" ")
    case "DescriptionList":
      return doc.definitions.map(([span, text]) => `${spanText(span)} ${textOf(text)}`).join(" ")
  }
}

type Mistake = ValidationError.ValidationError | ConfigurationError

const isMistake = (error: ExitWith | Mistake): error is Mistake =>
  ValidationError.isValidationError(error) || error._tag === "ConfigurationError"

/** The parser's message, or a plainer one. */
const plainly = (message: string) =>
  message.replace(/^Expected to find option: '(.*)'$/, "$1 is missing, and this command needs it.")

const told = (error: Mistake) =>
  error._tag === "ConfigurationError"
    ? { code: error._tag, message: error.message }
    : { code: "InvalidArguments", message: plainly(textOf(error.error).trim()) }

/** Reports what is wrong with a call or its settings, in one line or, if asked for, in the envelope. */
export const withUsage =
  (call: Call) =>
  <R>(run: Effect.Effect<void, ExitWith | Mistake, R>): Effect.Effect<void, ExitWith | Mistake, R> =>
    Effect.suspend(() => {
      const mistake = mistakeIn(call)
      return mistake === undefined ? run : Effect.fail(ValidationError.invalidValue(HelpDoc.p(mistake)))
    }).pipe(
      Effect.tapError((error) => {
        if (!isMistake(error)) return Effect.void
        const { code, message } = told(error)
        return call.syntax.options.has("--json") && call.rest.includes("--json")
          ? printExact(envelope(call.words.join(" "), ExitCode.usage, { error: { code, message } }))
          : printError(
              printable(error._tag === "ConfigurationError" ? `ac-reconcile: ${message}` : message, 4000)
            )
      })
    )
