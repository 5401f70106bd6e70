import * as Either from "effect/Either"
import { fromAddress } from "effect-activecampaign/EmailKey"
import type { Parameter, Question } from "../ledger/questions/Question.js"
import { isName, questions } from "../ledger/questions.js"
import { views } from "../ledger/views.js"
import { nearest } from "../text/nearest.js"
import { ConfigurationError } from "./shell/ConfigurationError.js"
import { within } from "./text.js"

/** SQL to be run, and what its named parameters stand for. */
export interface Asked {
  readonly sql: string
  readonly values: Readonly<Record<string, string | number>>
}

type Given = Readonly<Record<string, string>>

const refuse = (problem: string, hint: string) => Either.left(new ConfigurationError({ problem, hint }))

/** `batch=b-1`, once for each parameter. What follows the first `=` is the value. */
const givenIn = (texts: ReadonlyArray<string>): Either.Either<Given, ConfigurationError> => {
  const wrong = texts.find((text) => text.indexOf("=") < 1)
  if (wrong !== undefined) {
    return refuse(
      `--param: '${wrong}' names no parameter.`,
      "Write --param NAME=VALUE, as in --param batch=b-1."
    )
  }
  return Either.right(
    Object.fromEntries(
      texts.map((text) => [text.slice(0, text.indexOf("=")).trim(), text.slice(text.indexOf("=") + 1)])
    )
  )
}

const isMissing = (given: Given) => (parameter: Parameter) =>
  given[parameter.name] === undefined && parameter.default === undefined

const valueOf = ({ default: fallback = "", kind, name }: Parameter, given: Given) => {
  const text = given[name]
  if (text === undefined) return fallback
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
    (one) => one.kind === "count" && !/^\d{1,15}$/.test(given[one.name] ?? String(one.default))
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

/** What can be asked in the place of a name that is no question's; most often a view's was typed. */
const instead = (typed: string) => {
  const names = questions.map(({ name }) => name)
  const like = viewNames.includes(typed) ? typed : nearest(typed, [...names, ...viewNames])
  const all = "'ac-reconcile query --list' has all of them."
  if (like === undefined) return all
  if (names.includes(like)) return `The nearest is '${like}'; ${all}`
  const ask = `ac-reconcile query "select * from ${like}"`
  return like === typed
    ? `It is a view, which is asked in SQL: ${ask}.`
    : `The nearest is the view ${like}, which is asked in SQL: ${ask}.`
}

/** What is to be run for the text typed: SQL as it is, or the question of that name. */
export const askedQuestion = (
  text: string,
  params: ReadonlyArray<string>
): Either.Either<Asked, ConfigurationError> =>
  Either.flatMap(givenIn(params), (given) => {
    if (!isName(text)) {
      const unused = Object.keys(given).find((name) => !namedIn(text).has(name))
      return unused === undefined
        ? Either.right({ sql: text, values: given })
        : refuse(
            `--param ${unused}: the SQL has no :${unused}.`,
            "Write the parameter into it, or leave it out."
          )
    }
    const question = questions.find(({ name }) => name === text)
    if (question !== undefined) return ask(question, given)
    return refuse(`There is no saved question '${text}'.`, instead(text))
  })
