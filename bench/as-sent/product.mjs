// The product's own looks and comparisons, without HTTP; bundled by ../as-sent.mjs as the command is.
// Usage: node product.js prepare LEDGER BATCHES | look LEDGER BATCHES | compare LEDGER | nothing LEDGER
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { BatchId } from "effect-activecampaign/BatchId"
import { fromAddress } from "effect-activecampaign/EmailKey"
import * as ImportAnswer from "effect-activecampaign/ImportAnswer"
import { payload } from "../../apps/reconcile/src/asSent/Sends.js"
import * as AccountNames from "../../apps/reconcile/src/ledger/asSent/AccountNames.js"
import * as Looks from "../../apps/reconcile/src/ledger/asSent/Looks.js"
import * as Answers from "../../apps/reconcile/src/ledger/facts/Answers.js"
import * as Lookups from "../../apps/reconcile/src/ledger/facts/Lookups.js"
import * as Ledger from "../../apps/reconcile/src/ledger/Ledger.js"
import * as LocalContacts from "../../apps/reconcile/src/ledger/load/LocalContacts.js"
import * as Reconciliation from "../../apps/reconcile/src/ledger/conclusions/Reconciliation.js"
import { contactsOf, fields } from "./contacts.mjs"

const [step, file, argument] = process.argv.slice(2)
const now = "2031-04-02T08:15:00.000Z"
const date = Option.some(DateTime.unsafeMake(now))
const numbers = Array.from({ length: Number(argument ?? 0) }, (_, at) => at)

const rowOf =
  (batchId) =>
  ({ email, id, sent }) => ({
    line: 2,
    email,
    emailKey: fromAddress(email),
    contactId: id,
    batchId,
    key: null,
    names: ["email", "fields"],
    cells: [JSON.stringify(email), JSON.stringify(sent)],
    isPlain: false,
    record: email
  })

const detailed = ({ email, found, id }) => ({
  _tag: "Detailed",
  id,
  emailKey: fromAddress(email),
  contact: { id, email, cdate: date, udate: date, deleted: false, bouncedHard: Option.none() },
  details: {
    firstName: Option.none(),
    lastName: Option.none(),
    phone: Option.none(),
    organization: Option.none(),
    fieldValues: { _tag: "Complete", rows: found },
    tags: { _tag: "Complete", rows: [] },
    lists: { _tag: "Complete", rows: [{ list: "1", status: 1 }] }
  }
})

const steps = {
  nothing: () => Effect.void,
  prepare: () =>
    Effect.gen(function* () {
      yield* LocalContacts.load(
        { name: "sent", rejected: () => 0, sends: () => payload },
        Stream.fromIterable(numbers).pipe(
          Stream.rechunk(1),
          Stream.map((batch) => contactsOf(batch).map(rowOf(String(batch + 1))))
        ),
        now
      )
      for (const batch of numbers) {
        const success = contactsOf(batch).map(({ id }) => id)
        yield* Answers.record({
          batchId: BatchId.make(String(batch + 1)),
          answer: ImportAnswer.make("completed", { success, failure: [] }),
          receivedAt: DateTime.unsafeMake(now),
          body: JSON.stringify({ status: "completed", success, failure: [] })
        })
      }
      const named = fields.map((id) => ({
        id,
        title: `Field ${id}`,
        type: Option.some("text"),
        perstag: Option.none(),
        options: Option.some([])
      }))
      yield* AccountNames.replaceFields(named, { isWhole: true, readAt: now })
      yield* Reconciliation.reconcileStale()
      // As before any look.
      const { sql, use } = yield* Ledger.Ledger
      yield* use(sql`DELETE FROM value_counts`)
    }),
  look: () =>
    Effect.gen(function* () {
      for (const batch of numbers) {
        const contacts = contactsOf(batch)
        for (let at = 0; at < contacts.length; at += 100) {
          const moment = yield* Lookups.moment
          yield* Looks.record(contacts.slice(at, at + 100).map(detailed), { ...moment, askedAt: now })
        }
      }
    }),
  compare: () => Reconciliation.reconcileStale()
}

await Effect.runPromise(
  steps[step]().pipe(Effect.provide(Ledger.layer(file, { mustExist: step !== "prepare" })), Effect.scoped)
)
