import * as Options from "@effect/cli/Options"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Webhook from "../alert/Webhook.js"
import * as Condition from "../failOn/Condition.js"
import { setting } from "./options.js"

const webhook = (name: "notify" | "ping") =>
  Options.text(name).pipe(Options.withPseudoName("url"), Options.optional, setting(name, Webhook.parse))

export const alerts = Options.all({
  notify: webhook("notify").pipe(
    Options.withDescription(
      "Post a summary as JSON, without addresses, to this URL when a run ends badly, and when it is well again"
    )
  ),
  notifyAddresses: Options.boolean("notify-addresses").pipe(
    Options.withDescription("Let the summary of --notify have a few addresses, and errors in full")
  ),
  ping: webhook("ping").pipe(
    Options.withDescription(
      "Call this URL when a run ends well, URL/start when it begins, and URL/fail when it ends badly"
    )
  )
})

export const failOn = Options.text("fail-on").pipe(
  Options.withPseudoName("conditions"),
  Options.optional,
  setting("fail_on", (text, subject) =>
    Either.mapLeft(Condition.parse(text), (reason) => `${subject}: ${reason}`)
  ),
  Options.map(Option.getOrElse((): ReadonlyArray<Condition.Condition> => [])),
  Options.withDescription(
    "Exit with 3 if one of these applies: an outcome, findings, stalled, dropped or consent, with a limit as in rejected>2% or stalled>1h, with new- for what is new; separate with commas"
  )
)
