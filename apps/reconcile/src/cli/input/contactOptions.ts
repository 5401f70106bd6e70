import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { type ColumnMap, parseColumnMap } from "../../contacts/ColumnMap.js"
import { formats } from "../../contacts/Parsing.js"
import { printable } from "../output/text.js"
import { invalid } from "../shell/options.js"

// How a file of contacts is to be read, whichever command reads it.

export const map = Options.text("map").pipe(
  Options.withDefault(""),
  Options.mapEffect((text) =>
    text === ""
      ? Effect.succeed<ColumnMap>({})
      : Either.mapLeft(parseColumnMap(text), (reason) => invalid(`--map: ${reason}`))
  ),
  Options.withDescription("Which columns hold what: email=E-Mail,contact_id=AC ID")
)

export const keepApostrophes = Options.boolean("raw").pipe(
  Options.withDescription(
    "Keep apostrophes before formulas, such as '=1; exports add them, and loading removes them"
  )
)

export const format = Options.choice("input-format", formats).pipe(
  Options.optional,
  Options.withDescription("The format of FILE (default: detected). jsonl has an object a line, json an array")
)

const delimiterNames: Readonly<Record<string, string>> = {
  comma: ",",
  semicolon: ";",
  tab: "\t",
  "\\t": "\t",
  pipe: "|",
  bar: "|",
  colon: ":"
}

export const delimiter = Options.text("delimiter").pipe(
  Options.optional,
  Options.mapEffect((text) =>
    Option.match(text, {
      onNone: () => Effect.succeedNone,
      onSome: (given) => {
        const sign = delimiterNames[given.toLowerCase()] ?? given
        // Letters, digits, quotes and spaces also occur in values.
        return /^(?:\t|[^\p{L}\p{N}\p{M}\p{C}\s"'@])$/u.test(sign) && sign.length === 1
          ? Effect.succeedSome(sign)
          : Effect.fail(
              invalid(
                `--delimiter: '${printable(given)}' is not a delimiter. Write one character, like ';', or the word tab.`
              )
            )
      }
    })
  ),
  Options.withDescription(
    "What separates the columns of CSV, as ';' or tab (default: taken from the header line)"
  )
)
