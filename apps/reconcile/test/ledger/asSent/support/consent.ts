import * as Effect from "effect/Effect"
import { BatchId } from "effect-activecampaign/BatchId"
import { reconcileStale } from "../../../../src/ledger/conclusions/Reconciliation.js"
import * as Batches from "../../../../src/ledger/facts/Batches.js"
import { answer, now, select } from "../../../support/ledger.js"
import { detailed, send } from "../../../support/sentValues.js"
import { lists, look, settled } from "./looks.js"

/** `batch address: what was found` of each finding. */
export const changes = Effect.zipRight(
  reconcileStale(),
  Effect.map(
    select<{
      readonly text: string
    }>(`SELECT batch_id || ' ' || subject || ': ' || detail AS text FROM findings
      WHERE finding = 'consent-change' ORDER BY batch_id, subject`),
    (rows) => rows.map(({ text }) => text)
  )
)

export const seen = (status: number, other = 1) =>
  look(detailed("1", "a@x.test", lists(["3", status])), detailed("2", "c@x.test", lists(["3", other])))

/** Sends a batch to both contacts, and settles it. */
export const next = (
  batchId: string,
  a: Readonly<Record<string, unknown>>,
  c: Readonly<Record<string, unknown>> = a,
  settledAt = now
) =>
  Effect.zipRight(
    send(batchId, [
      { email: "a@x.test", ...a },
      { email: "c@x.test", ...c }
    ]),
    settled(batchId, ["1", "2"], settledAt)
  )

export const named = { first_name: "Ada" }
export const subscribed = { subscribe: [{ listid: 3 }] }

export const submittedAt = (batchId: string, time: string) =>
  Batches.add([BatchId.make(batchId)], { addedAt: now, submittedAt: time })

export const blamed = Effect.map(changes, (all) => all.map((text) => text.split(":")[0]))

/** Answers that a batch had not begun, asked for by the account at a time unless told otherwise. */
export const idle = (
  batchId: string,
  time: string,
  status: "waiting" | "claimed" | "active" = "waiting",
  origin: "account" | "pasted" = "account"
) => answer(batchId, status, {}, origin, `2031-04-02T08:${time}.000Z`)
