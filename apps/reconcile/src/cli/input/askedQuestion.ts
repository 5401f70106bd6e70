import * as Either from "effect/Either"
import { fromAddress } from "effect-activecampaign/EmailKey"
import { isName, type Parameter, type Question, questions } from "../../ledger/reports/questions.js"
import { views } from "../../ledger/schema/views.js"
import { nearest } from "../../text/nearest.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"
import { within } from "../output/text.js"

type Value = string | number | bigint | null

/** SQL to run, and the values of its named parameters. */
export interface Asked {
  readonly sql: string
  readonly values: Readonly<Record<string, Value>>
  /** Parameters that look like numbers but are text, which never equals a number. */
  readonly numbersAsText?: ReadonlyArray<string>
}

type Given = Readonly<Record<string, Value>>

const refuse = (problem: string, hint: string) => Either.left(new ConfigurationError({ problem, hint }))

const example = "Write --param NAME=VALUE for text, as in --param batch=b-1"

const isNumber = (text: string) => /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)

/** Whether SQLite can store the text as a whole number. */
const isWhole = (text: string) => /^-?\d+$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)

/** The value of a JSON text; undefined if SQLite cannot store it. */
const valueIn = (json: string): Value | undefined => {
  const text = json.trim()
  if (isNumber(text)) return isWhole(text) ? BigInt(text) : Number(text)
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === "boolean") return value ? 1n : 0n
    return typeof value === "string" || value === null ? value : undefined
  } catch {
    return undefined
  }
}

/** `batch=b-1` or `sent:=2`, once for each parameter. What follows the first `=` is the value: text, or after `:=` JSON. */
const givenIn = (texts: ReadonlyArray<string>): Either.Either<Given, ConfigurationError> => {
  const given: Record<string, Value> = {}
  for (const text of texts) {
    const equals = text.indexOf("=")
    const isTyped = text[equals - 1] === ":"
    const name = text.slice(0, Math.max(0, isTyped ? equals - 1 : equals)).trim()
    if (name === "") {
      return refuse(`--param: '${text}' has no parameter name.`, `${example}, or --param NAME:=NUMBER.`)
    }
    const written = text.slice(equals + 1)
    const value = isTyped ? valueIn(written) : written
    if (value === undefined) {
      return refuse(
        `--param ${name}: '${written}' is not a JSON value.`,
        `After :=, write a number, true, false, null, or text in double quotes. ${example}.`
      )
    }
    given[name] = value
  }
  return Either.right(given)
}

const isMissing = (given: Given) => (parameter: Parameter) =>
  given[parameter.name] === undefined && parameter.default === undefined

const valueOf = ({ default: fallback = "", kind, name }: Parameter, given: Given) => {
  const value = given[name]
  if (value === undefined) return fallback
  const text = String(value)
  return kind === "email" ? fromAddress(text) : kind === "count" ? Number(text) : text
}

const ask = ({ name, parameters, sql }: Question, given: Given): Either.Either<Asked, ConfigurationError> => {
  const known = parameters.map((parameter) => parameter.name)
  const unknown = Object.keys(given).find((one) => !known.includes(one))
  if (unknown !== undefined) {
    const takes = known.length === 0 ? "It takes none." : `It takes ${known.join(", ")}.`
    return refuse(`The question '${name}' has no parameter '${unknown}'.`, takes)
  }
  const missing = parameters.filter(isMissing(given))
  if (missing.length > 0) {
    const hints = missing.map((one) => `--param ${one.name}=VALUE (${within(one.description)})`)
    return refuse(
      `The question '${name}' needs ${missing.map((one) => one.name).join(" and ")}.`,
      `Give ${hints.join(" and ")}.`
    )
  }
  const noCount = parameters.find(
    (one) => one.kind === "count" && !/^\d{1,15}$/.test(String(given[one.name] ?? one.default))
  )
  if (noCount !== undefined) {
    return refuse(
      `--param ${noCount.name}: '${given[noCount.name]}' is not a number of rows.`,
      `Write --param ${noCount.name}=${noCount.default ?? 20}.`
    )
  }
  return Either.right({
    sql,
    values: Object.fromEntries(parameters.map((one) => [one.name, valueOf(one, given)]))
  })
}

const namedIn = (sql: string) => new Set(Array.from(sql.matchAll(/[:@$](\w+)/g), ([, name]) => name))

const viewNames = views.map(({ name }) => name)

/** What to suggest for a name that is not a saved question; most often a view was typed. */
const instead = (typed: string) => {
  const names = questions.map(({ name }) => name)
  const like = viewNames.includes(typed) ? typed : nearest(typed, [...names, ...viewNames])
  const all = "'ac-reconcile query --list' lists them all."
  if (like === undefined) return all
  if (names.includes(like)) return `Did you mean '${like}'? ${all}`
  const ask = `ac-reconcile query "select * from ${like}"`
  return like === typed
    ? `It is a view; query it with SQL: ${ask}.`
    : `Did you mean the view ${like}? Query it with SQL: ${ask}.`
}

/** What to run for the text typed: the SQL itself, or the saved question of that name. */
export const askedQuestion = (
  text: string,
  params: ReadonlyArray<string>
): Either.Either<Asked, ConfigurationError> =>
  Either.flatMap(givenIn(params), (given) => {
    if (!isName(text)) {
      const unused = Object.keys(given).find((name) => !namedIn(text).has(name))
      const numbersAsText = Object.entries(given).flatMap(([name, value]) =>
        typeof value === "string" && isNumber(value) ? [name] : []
      )
      return unused === undefined
        ? Either.right({ sql: text, values: given, numbersAsText })
        : refuse(
            `--param ${unused}: the SQL has no :${unused}.`,
            "Use the parameter in the SQL, or leave out the option."
          )
    }
    const question = questions.find(({ name }) => name === text)
    if (question !== undefined) return ask(question, given)
    return refuse(`There is no saved question '${text}'.`, instead(text))
  })
