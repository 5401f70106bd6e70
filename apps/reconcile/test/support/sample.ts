import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as ActiveCampaignClient from "effect-activecampaign/ActiveCampaignClient"
import * as RateBudget from "effect-activecampaign/RateBudget"
import * as InProcess from "effect-activecampaign-simulator/InProcess"
import * as sample from "../../src/cli/sample.js"
import * as Ledger from "../../src/ledger/Ledger.js"
import { run } from "./account.js"
import * as virtualClock from "./virtualClock.js"
import { type WrittenLedger, writtenLedger } from "./writtenLedger.js"

/** The demo without sockets and without waiting: the same contacts, account and runs, on a clock of its own. */
const rehearse = (folder: string, file: string) =>
  Effect.gen(function* () {
    const contacts = join(folder, "demo-contacts.csv")
    writeFileSync(contacts, sample.csv)
    yield* sample.load(contacts)
    yield* run({ once: true, account: sample.account })
    yield* run({ account: sample.account })
  }).pipe(
    Effect.provide(
      ActiveCampaignClient.layer({
        url: InProcess.url,
        apiToken: Redacted.make(sample.scenario.apiToken)
      }).pipe(
        Layer.provide(RateBudget.layer()),
        Layer.provideMerge(InProcess.layer(sample.scenario)),
        Layer.merge(Ledger.layer(file))
      )
    ),
    Effect.provide(NodeContext.layer),
    Effect.withClock(virtualClock.make()),
    Effect.withRandom(Random.make("sample")),
    Effect.runPromise
  )

/** Asks the sample's ledger, which is made once and gone at the end. */
export const makeSample = (): Promise<WrittenLedger> => writtenLedger("demo.db", rehearse)
