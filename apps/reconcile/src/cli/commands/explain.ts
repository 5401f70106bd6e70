import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Effect from "effect/Effect"
import * as Ledger from "../../ledger/Ledger.js"
import { type Chapter, type Fact, keysOf, reportsOf, type Story, story } from "../../ledger/reports/Story.js"
import type { StoryValue } from "../../ledger/reports/storyValues.js"
import { evidences } from "../../ledger/schema/words.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"
import { db, json } from "../shell/options.js"
import { respond } from "../shell/respond.js"
import { batchesOf, blocks, columns, plural, printable } from "../output/text.js"

const subject = Args.text({ name: "address-or-contact-id" }).pipe(
  Args.mapEffect((text) =>
    text.trim() === ""
      ? Effect.fail(HelpDoc.p(`'${text}' is neither an address nor a contact ID.`))
      : Effect.succeed(text)
  ),
  Args.withDescription("An e-mail address, or ActiveCampaign's ID of a contact")
)

const factsTable = (facts: ReadonlyArray<Fact>) =>
  columns(facts.map(({ at, says, table }) => [at ?? "", table, says]))

const foundOf = ({ comparison, found, why }: StoryValue) => {
  if (why !== null) return why
  if (comparison === "same") return ""
  return found === null ? "the account has nothing" : `the account has '${found}'`
}

const valuesTable = (values: ReadonlyArray<StoryValue>) =>
  [
    "  sent with",
    columns(
      values.map((value) => [
        `  ${value.member}`,
        value.sent === "" ? "" : `'${value.sent}'`,
        value.comparison,
        foundOf(value)
      ])
    )
  ].join("\n")

const verdictOf = ({ contact_id, evidence, likely_reason, outcome, retry_reason }: Chapter) =>
  [
    printable(
      `${outcome} (${evidences[evidence].short})${contact_id === null ? "" : `, contact ID ${contact_id}`}`
    ),
    ...(likely_reason === null ? [] : [likely_reason]),
    ...(retry_reason === null ? [] : [`may be sent again: ${retry_reason}`])
  ].join("\n  ")

const headline = (emailKey: string, chapters: ReadonlyArray<Chapter>, batches: number) => {
  if (chapters.length === 0) return `${emailKey} was not sent in any batch.`
  return chapters.length === batches
    ? `${emailKey}, sent in ${batchesOf(batches)}`
    : `${emailKey}, sent ${plural(chapters.length, "time")} in ${batchesOf(batches)}`
}

/** An address sent several times in one batch has an outcome for each, on the same facts. */
const tell = ({ chapters, email_key, facts }: Story) => {
  const batches = [...new Set(chapters.map(({ batch_id }) => batch_id))]
  return blocks(
    printable(headline(email_key, chapters, batches.length)),
    factsTable(facts),
    ...batches.map((batchId) => {
      const own = chapters.filter(({ batch_id }) => batch_id === batchId)
      const verdicts = [...new Set(own.map(verdictOf))].join("\n  and ")
      return [
        `${printable(`In batch ${batchId}: `)}${verdicts}`,
        factsTable(own.flatMap(({ facts }) => facts)),
        ...own.flatMap(({ values }) => (values.length === 0 ? [] : [valuesTable(values)]))
      ].join("\n")
    })
  )
}

export const explain = Command.make("explain", { subject, db, json }, (options) =>
  respond(
    "explain",
    options.json,
    Effect.gen(function* () {
      const stories = yield* Effect.flatMap(keysOf(options.subject), Effect.forEach(story))
      const reports = stories.length === 0 ? yield* reportsOf(options.subject.trim()) : []
      if (stories.length === 0 && reports.length === 0) {
        return yield* new ConfigurationError({
          problem: `Nothing is known about ${printable(options.subject)}: it was not loaded, sent or reported.`,
          hint: `Check the spelling, or choose a file other than ${options.db} with --db FILE.`
        })
      }
      return {
        text:
          stories.length > 0
            ? blocks(...stories.map(tell))
            : blocks(
                `Contact ID ${printable(options.subject)} has no known address; run 'ac-reconcile resolve'.`,
                factsTable(reports)
              ),
        paged: true,
        result: { db: options.db, subject: options.subject, stories, reports }
      }
    }).pipe(Effect.provide(Ledger.layerReadOnly(options.db)))
  )
).pipe(
  Command.withDescription(
    "Show everything known about one address or contact ID, with the facts behind each outcome"
  )
)
