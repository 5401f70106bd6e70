import * as Effect from "effect/Effect"
import type { ContactDetails, Detailed } from "effect-activecampaign/ContactDetails"
import * as Looks from "../../../../src/ledger/asSent/Looks.js"
import * as Lookups from "../../../../src/ledger/facts/Lookups.js"
import { Ledger, layer } from "../../../../src/ledger/Ledger.js"
import { answer, now } from "../../../support/ledger.js"

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
