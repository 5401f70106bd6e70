import * as Effect from "effect/Effect"
import type { ContactDetails, Detailed } from "effect-activecampaign/ContactDetails"
import { BatchId } from "effect-activecampaign/BatchId"
import * as Looks from "../../../../src/ledger/asSent/Looks.js"
import * as Batches from "../../../../src/ledger/facts/Batches.js"
import * as Lookups from "../../../../src/ledger/facts/Lookups.js"
import { Ledger, layer } from "../../../../src/ledger/Ledger.js"
import { answer, now, select } from "../../../support/ledger.js"
import { send } from "../../../support/sentValues.js"

export const inMemory = Effect.provide(layer(":memory:"))

export const look = (...found: ReadonlyArray<Detailed>) =>
  Effect.flatMap(Lookups.moment, (moment) => Looks.record(found, { ...moment, askedAt: now }))

export const verdicts = Effect.flatMap(
  Ledger,
  ({ sql }) => sql`
    SELECT b.batch_id || ' ' || m.kind || ' ' || m.name || ' ' || v.comparison || ' ' || v.sent || ' > ' || coalesce(v.found, '-') AS verdict
    FROM value_verdicts v JOIN sent_members m USING (member_id) JOIN numbered_batches b USING (batch)
    ORDER BY 1`
).pipe(Effect.map((rows) => rows.map((one) => one.verdict)))

export const counts = Effect.flatMap(
  Ledger,
  ({ sql }) => sql`
    SELECT b.batch_id, m.kind || ' ' || m.name AS member, c.sent, c.same, c.different, c.absent, c.edited_since, c.sent_again, c.not_checked
    FROM value_counts c JOIN sent_members m USING (member_id) JOIN numbered_batches b USING (batch) ORDER BY 1, 2`
).pipe(Effect.map((rows) => rows.map((one) => Object.values(one).join(" "))))

export const fields = (...rows: ReadonlyArray<readonly [string, string]>): Partial<ContactDetails> => ({
  fieldValues: { _tag: "Complete", rows: rows.map(([field, value]) => ({ field, value })) }
})

export const lists = (...rows: ReadonlyArray<readonly [string, number]>): Partial<ContactDetails> => ({
  lists: { _tag: "Complete", rows: rows.map(([list, status]) => ({ list, status })) }
})

export const settled = (batchId: string, ids: ReadonlyArray<string>, receivedAt = now) =>
  answer(batchId, "completed", { success: ids, failure: [] }, "account", receivedAt)

export const byHour = (time: string) => `2031-04-02T${time}:00.000Z`

export const minute = (seconds: string) => `2031-04-02T08:${seconds}.000Z`

/** Sends this to the contact in another batch, which was submitted at a time. */
export const sendLater = (batchId: string, submittedAt: string, parts: Readonly<Record<string, unknown>>) =>
  Effect.zipRight(
    Batches.add([BatchId.make(batchId)], { addedAt: "2031-04-02T23:00:00.000Z", submittedAt }),
    send(batchId, [{ email: "a@x.test", ...parts }])
  )

/** Why what the batch `b1` sent is not told, or that it is. */
export const whys = Effect.map(
  select<{ readonly why: string | null }>(
    `SELECT v.why FROM value_verdicts v JOIN numbered_batches b USING (batch) JOIN sent_members m USING (member_id)
       WHERE b.batch_id = 'b1' AND m.name IN ('', '12')`
  ),
  (rows) => rows.map(({ why }) => why ?? "told")
)

/** What is told of the batches of a contact, each with its reason. */
export const told = Effect.map(
  select<{
    readonly told: string
  }>(`SELECT b.batch_id || ' ' || v.comparison || coalesce(': ' || v.why, '') AS told
    FROM value_verdicts v JOIN numbered_batches b USING (batch) ORDER BY 1`),
  (rows) => rows.map((one) => one.told)
)
