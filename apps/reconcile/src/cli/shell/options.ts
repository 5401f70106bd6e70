import * as Args from "@effect/cli/Args"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { BatchId } from "effect-activecampaign/BatchId"
import type { Outcome } from "../../ledger/schema/words.js"
import { nameOfSource, optionOf, type Setting, type Sourced } from "../config/Setting.js"
import * as Settings from "../config/Settings.js"
import { parseDuration } from "./duration.js"
import * as IsoTime from "../../text/IsoTime.js"
import { printable } from "../output/text.js"

export const invalid = (message: string) => ValidationError.invalidValue(HelpDoc.p(message))

/** An option, wherever it is set. `read` says why a text is not a value of it. */
export const setting = <A>(
  name: Setting,
  read: (text: string, subject: string) => Either.Either<A, string>
) =>
  Options.mapEffect((given: Option.Option<string>) =>
    Effect.gen(function* () {
      const typed = Option.map(
        given,
        (text): Sourced => ({ text, source: { _tag: "Option", option: optionOf(name) } })
      )
      const found = Option.isSome(typed) ? typed : yield* Settings.lookUp(name)
      if (Option.isNone(found)) return Option.none<A>()
      const { source, text } = found.value
      const subject = printable(nameOfSource(source))
      return yield* Either.mapBoth(read(text, subject), { onLeft: invalid, onRight: Option.some })
    })
  )

/** For SQLite, an empty name or this one means a database that is gone when the command ends. */
const isNoFile = (name: string) => name.trim() === "" || name.trim() === ":memory:"

const readFileName = (name: string, subject: string): Either.Either<string, string> => {
  if (isNoFile(name)) {
    return Either.left(
      `${subject} is ${name.trim() === "" ? "empty" : "':memory:'"}, which is not a file. Name a file, or leave it out to use ./reconcile.db.`
    )
  }
  // The SQLite adapter trims the name, and would open a file other than the one that was checked.
  return name === name.trim()
    ? Either.right(name)
    : Either.left(`${subject}: '${name}' begins or ends with a space. Use a name without it.`)
}

export const db = Options.text("db").pipe(
  Options.optional,
  setting("db", readFileName),
  Options.map(Option.getOrElse(() => "./reconcile.db")),
  Options.withDescription("The SQLite file (or set AC_RECONCILE_DB)")
)

export const json = Options.boolean("json").pipe(
  Options.withDescription("Print one JSON envelope on stdout and nothing else")
)

const longestTime = (fallback: string) => `Longest time to wait, as 90s, 30m or 2h (default ${fallback})`

/** An option that takes a time with its unit. */
export const duration = (name: string, fallback: string) =>
  Options.text(name).pipe(
    Options.withDefault(fallback),
    Options.mapEffect((text) =>
      Either.mapLeft(parseDuration(text), (reason) => invalid(`--${name}: ${reason}`))
    ),
    Options.withDescription(longestTime(fallback))
  )

export const deadline = (fallback: string) =>
  Options.text("deadline").pipe(
    Options.optional,
    setting("deadline", (text, subject) =>
      Either.mapLeft(parseDuration(text), (reason) => `${subject}: ${reason}`)
    ),
    Options.mapEffect(
      Option.match({
        onSome: Effect.succeed,
        onNone: () => Either.mapLeft(parseDuration(fallback), invalid)
      })
    ),
    Options.withDescription(longestTime(fallback))
  )

const numberIn = (text: string) => (text.trim() === "" ? Number.NaN : Number(text))

/** Reads a whole number of at least this much. */
export const readWhole =
  (least: number) =>
  (text: string, subject: string): Either.Either<number, string> => {
    const number = numberIn(text)
    if (!Number.isInteger(number)) return Either.left(`${subject}: '${text}' is not a whole number.`)
    return number >= least
      ? Either.right(number)
      : Either.left(`${subject} must ${least === 0 ? "not be negative" : `be ${least} or more`}.`)
  }

/** ActiveCampaign's own limit per second, for all programs that call an account. */
const documentedLimit = 5
const usualRate = 4

const readRate = (text: string, subject: string): Either.Either<number, string> => {
  const rate = numberIn(text)
  if (Number.isNaN(rate)) return Either.left(`${subject}: '${text}' is not a number.`)
  return rate > 0 && rate < Number.POSITIVE_INFINITY
    ? Either.right(rate)
    : Either.left(`${subject} must be a finite number greater than 0.`)
}

export const rate = Options.all({
  requestsPerSecond: Options.text("requests-per-second").pipe(
    Options.withPseudoName("number"),
    Options.optional,
    setting("requests_per_second", readRate),
    Options.withDescription(`Requests per second (account limit: ${documentedLimit}; default ${usualRate})`)
  ),
  accountLimit: Options.text("account-limit").pipe(
    Options.withPseudoName("integer"),
    Options.optional,
    setting("account_limit", readWhole(1)),
    Options.map(Option.getOrElse(() => documentedLimit)),
    Options.withDescription(
      `Requests per second that your account allows, if not ${documentedLimit}; all commands on this machine share them`
    )
  )
}).pipe(
  Options.mapEffect(({ accountLimit, requestsPerSecond }) => {
    const rate = Option.getOrElse(requestsPerSecond, () => Math.min(usualRate, accountLimit))
    return rate > accountLimit
      ? Effect.fail(
          invalid(
            `--requests-per-second ${rate} is more than the account's limit of ${accountLimit}. If your account allows more, add --account-limit ${Math.ceil(rate)}.`
          )
        )
      : Effect.succeed({ requestsPerSecond: rate, accountLimit })
  })
)

export const submittedAt = Options.text("submitted-at").pipe(
  Options.optional,
  Options.mapEffect((text) =>
    Option.match(text, {
      onNone: () => Effect.succeed(undefined),
      onSome: (value) =>
        Either.mapLeft(IsoTime.parse(value), (reason) =>
          invalid(`--submitted-at: '${printable(value)}' is not a time: ${reason}`)
        )
    })
  ),
  Options.withDescription("When the batches were submitted, if known: 2031-04-02T08:15:00Z")
)

export const maxCalls = Options.text("max-calls").pipe(
  Options.withPseudoName("integer"),
  Options.optional,
  setting("max_calls", readWhole(0)),
  Options.map(Option.getOrElse(() => 1000)),
  Options.withDescription(
    "The most calls to spend on resolving and looking up (default 1000); the next run goes on"
  )
)

export const outcomeAmong = (words: ReadonlyArray<Outcome>) =>
  Options.choice("outcome", words).pipe(
    Options.optional,
    Options.withDescription("Only contacts with this outcome")
  )

const batchIdText = Args.text({ name: "batch-id" }).pipe(
  Args.mapEffect((text) =>
    text.trim() === ""
      ? Effect.fail(HelpDoc.p(`'${text}' is not a batch ID.`))
      : Effect.succeed(BatchId.make(text.trim()))
  )
)

export const batchIdArgument = batchIdText.pipe(
  Args.withDescription("The batchId that ActiveCampaign returned for the import")
)

/** A batch of the file. */
export const knownBatchArgument = batchIdText.pipe(
  Args.withDescription("The ID of a batch in the file, or a unique beginning of it")
)

export const batch = Options.text("batch").pipe(
  Options.optional,
  Options.withDescription("Only this batch: its ID, or a unique beginning of it")
)

export const keepFormulas = Options.boolean("raw").pipe(
  Options.withDescription("Leave CSV cells unchanged, even if a spreadsheet would run them as formulas")
)
