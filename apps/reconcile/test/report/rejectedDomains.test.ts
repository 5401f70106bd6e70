import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { BatchId } from "effect-activecampaign/BatchId"
import * as Batches from "../../src/ledger/facts/Batches.js"
import { erase } from "../../src/ledger/erase/Erase.js"
import * as Ledger from "../../src/ledger/Ledger.js"
import { readReport } from "../../src/report/readReport.js"
import { answer, load, now, row } from "../support/ledger.js"

const limits = { contacts: 10, batches: 10, findings: 10 }

describe("rejected contacts by domain", () => {
  it.effect("tell an erased person from an address without an @, and mask neither", () =>
    Effect.gen(function* () {
      const emails = ["gone@x.test", "without", "also-without", "ada@x.test"]
      yield* Batches.add([BatchId.make("b-1")], { addedAt: now, submittedAt: now })
      yield* load(emails.map((email, at) => row(email, "b-1", String(at))))
      yield* answer("b-1", "completed", { success: [], failure: emails })
      yield* erase("gone@x.test")
      const { rejected_domains } = yield* readReport("./reconcile.db", { limits })
      assert.deepStrictEqual(rejected_domains.rows, [
        { domain: "(no @)", contacts: 2 },
        { domain: "(erased)", contacts: 1 },
        { domain: "x.test", contacts: 1 }
      ])
      const masked = yield* readReport("./reconcile.db", { limits, mask: true })
      assert.deepStrictEqual(
        masked.rejected_domains.rows.slice(0, 2).map(({ domain }) => domain),
        ["(no @)", "(erased)"]
      )
    }).pipe(Effect.provide(Ledger.layer(":memory:")))
  )
})
