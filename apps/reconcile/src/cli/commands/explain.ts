import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Effect from "effect/Effect"
import * as Ledger from "../../ledger/Ledger.js"
import { keysOf, reportsOf, story } from "../../ledger/reports/Story.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"
import { db, json } from "../shell/options.js"
import { respond } from "../shell/respond.js"
import { factsTable, storyText } from "../output/storyText.js"
import { blocks, printable } from "../output/text.js"

const subject = Args.text({ name: "address-or-contact-id" }).pipe(
  Args.mapEffect((text) =>
    text.trim() === ""
      ? Effect.fail(HelpDoc.p(`'${text}' is neither an address nor a contact ID.`))
      : Effect.succeed(text)
  ),
  Args.withDescription("An e-mail address, or ActiveCampaign's ID of a contact")
)

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
            ? blocks(...stories.map(storyText))
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
