import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Contact } from "effect-activecampaign/Contact"
import { Detailed } from "effect-activecampaign/ContactDetails"
import { ContactId } from "effect-activecampaign/ContactId"
import { payload } from "../../../src/asSent/Sends.js"
import * as AccountNames from "../../../src/ledger/asSent/AccountNames.js"
import * as Looks from "../../../src/ledger/asSent/Looks.js"
import { rebuild, reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import * as Lookups from "../../../src/ledger/facts/Lookups.js"
import { Ledger, layer } from "../../../src/ledger/Ledger.js"
import * as LocalContacts from "../../../src/ledger/load/LocalContacts.js"
import { answer, inColumns, now, row } from "../../support/ledger.js"

const people = ["a@x.test", "b@x.test"]
const batches = ["1", "2", "3"]

type Happening =
  | { readonly _tag: "Send"; readonly batch: string; readonly value: string; readonly list: string | null }
  | { readonly _tag: "Settle"; readonly batch: string }
  | { readonly _tag: "Look"; readonly value: string | null; readonly status: number; readonly late: boolean }
  | { readonly _tag: "Names"; readonly title: string; readonly isWhole: boolean }

const value = fc.constantFrom("", "ACME", "acme", "Other")

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({
    _tag: fc.constant("Send" as const),
    batch: fc.constantFrom(...batches),
    value,
    list: fc.constantFrom("3", null)
  }),
  fc.record({ _tag: fc.constant("Settle" as const), batch: fc.constantFrom(...batches) }),
  fc.record({
    _tag: fc.constant("Look" as const),
    value: fc.option(value),
    status: fc.constantFrom(1, 2, 3),
    late: fc.boolean()
  }),
  fc.record({
    _tag: fc.constant("Names" as const),
    title: fc.constantFrom("Company", "Plan"),
    isWhole: fc.boolean()
  })
)

const contact = (
  email: string,
  at: number,
  { late, status, value: found }: Happening & { readonly _tag: "Look" }
) => {
  const id = ContactId.make(String(at + 1))
  return new Detailed({
    id,
    contact: new Contact({
      id,
      email,
      cdate: Option.none(),
      udate: DateTime.make(late ? "2031-04-03T00:00:00Z" : now),
      deleted: false,
      bouncedHard: Option.none()
    }),
    details: {
      firstName: Option.some("Ada"),
      lastName: Option.none(),
      phone: Option.none(),
      organization: Option.none(),
      fieldValues: { _tag: "Complete", rows: found === null ? [] : [{ field: "12", value: found }] },
      tags: { _tag: "NotSideloaded" },
      lists: { _tag: "Complete", rows: [{ list: "3", status }] }
    }
  })
}

const happen = (one: Happening) => {
  switch (one._tag) {
    case "Send": {
      const { batch, list, value: sent } = one
      // The same field by its ID and by its title.
      const id = batch === "2" ? "Company" : "12"
      const contacts = people.map((email) =>
        inColumns({
          email,
          first_name: "Ada",
          fields: [{ id, value: sent }],
          ...(list === null ? {} : { subscribe: [{ listid: list }] })
        })
      )
      return LocalContacts.load(
        { name: `sent in ${batch}`, rejected: () => 0, sends: () => payload },
        Stream.succeed(contacts.map((columns, at) => ({ ...row(people[at] ?? "", batch), ...columns }))),
        now
      )
    }
    case "Settle":
      return answer(one.batch, "completed", { success: people.map((_, at) => String(at + 1)), failure: [] })
    case "Look":
      return Effect.flatMap(Lookups.moment, (moment) =>
        Looks.record(
          people.map((email, at) => contact(email, at, one)),
          { ...moment, askedAt: now }
        )
      )
    case "Names":
      return Effect.zipRight(
        AccountNames.replaceFields(
          [
            {
              id: "12",
              title: one.title,
              type: Option.some("text"),
              perstag: Option.none(),
              options: Option.some([])
            }
          ],
          { isWhole: one.isWhole, readAt: now }
        ),
        AccountNames.replaceLists([{ id: "3", name: one.title }], { isWhole: true, readAt: now })
      )
  }
}

const conclusions = Effect.flatMap(Ledger, ({ sql }) =>
  Effect.all({
    verdicts: sql`SELECT v.*, m.kind, m.name FROM value_verdicts v JOIN sent_members m USING (member_id)`,
    counts: sql`SELECT c.*, m.kind, m.name FROM value_counts c JOIN sent_members m USING (member_id)`,
    breaks: sql`SELECT * FROM consent_breaks`,
    findings: sql`SELECT * FROM batch_findings`
  })
).pipe(Effect.map((all) => JSON.stringify(all)))

describe("what is concluded of sent values", () => {
  it.effect.prop(
    "is the same after a rebuild, whatever happened and however often it was concluded before",
    { happenings: fc.array(fc.tuple(happening, fc.boolean()), { minLength: 4, maxLength: 14 }) },
    ({ happenings }) =>
      Effect.gen(function* () {
        for (const batch of batches) yield* happen({ _tag: "Send", batch, value: "ACME", list: null })
        for (const [one, isConcluded] of happenings) {
          yield* happen(one)
          if (isConcluded) yield* reconcileStale()
        }
        yield* reconcileStale()
        const before = yield* conclusions
        yield* rebuild
        assert.strictEqual(yield* conclusions, before)
      }).pipe(Effect.provide(layer(":memory:"))),
    { fastCheck: { numRuns: 25 } }
  )
})
