import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { BatchId } from "effect-activecampaign/BatchId"
import { Contact } from "effect-activecampaign/Contact"
import { Detailed } from "effect-activecampaign/ContactDetails"
import { ContactId } from "effect-activecampaign/ContactId"
import { fromAddress } from "effect-activecampaign/EmailKey"
import { Gone, type ResolvedInDetail } from "effect-activecampaign/Resolved"
import * as ImportAnswer from "effect-activecampaign/ImportAnswer"
import { payload, type Sends } from "../../src/asSent/Sends.js"
import * as AccountNames from "../../src/ledger/asSent/AccountNames.js"
import * as Looks from "../../src/ledger/asSent/Looks.js"
import * as Wanted from "../../src/ledger/asSent/Wanted.js"
import * as Answers from "../../src/ledger/facts/Answers.js"
import * as Batches from "../../src/ledger/facts/Batches.js"
import * as Links from "../../src/ledger/facts/Links.js"
import * as Lookups from "../../src/ledger/facts/Lookups.js"
import { reconcileStale } from "../../src/ledger/conclusions/Reconciliation.js"
import * as LocalContacts from "../../src/ledger/load/LocalContacts.js"
import { inColumns, row, select } from "./ledger.js"

/** Facts of sent values as fast-check draws them. Few of each thing, so that they meet. */

export const email = FastCheck.constantFrom("a@x.test", "A@x.test", "b@x.test")
export const batch = FastCheck.constantFrom("b1", "b1", "b2", "b2", "b3")
const id = FastCheck.constantFrom("1", "1", "2", "3")
/** The last one also has bodies of requests: then tables are refused. */
const source = FastCheck.constantFrom("one.csv", "one.csv", "two.csv", "sent in b2")
const company = FastCheck.constantFrom("", "ACME", "Ltd")
const firstName = FastCheck.constantFrom("Ada", "Eve")
const tag = FastCheck.constantFrom("vip", "VIP", "met a@x.test", "")
const listId = FastCheck.constantFrom("3", "4")
const maybe = <A>(arbitrary: FastCheck.Arbitrary<A>) => FastCheck.option(arbitrary, { nil: null })
const few = <A>(arbitrary: FastCheck.Arbitrary<A>, maxLength = 3) => FastCheck.array(arbitrary, { maxLength })
const oneOf = <const Word>(...words: ReadonlyArray<Word>) => FastCheck.constantFrom(...words)
const kind = <const Name extends string>(name: Name) => FastCheck.constant(name)

/** Null: the source declares nothing. */
const sends: FastCheck.Arbitrary<Sends | null> = oneOf<Sends | null>(
  null,
  { first_name: { column: "First" }, fields: { "12": { column: "Company" } } },
  { fields: { Company: { column: "Company" } }, tags: [{ column: "Tag" }], subscribe: [3], empty: "sent" },
  { last_name: { column: "First" }, tags: [{ value: "met a@x.test" }], unsubscribe: [3] }
)

const contactRow = FastCheck.record({ email, batch: maybe(batch), id: maybe(id), firstName, company, tag })

const load = FastCheck.record({
  kind: kind("load"),
  source,
  sends,
  rejected: oneOf(0, 0, 0, 1),
  rows: few(contactRow, 4)
})

const loadByKey = FastCheck.record({
  kind: kind("load by key"),
  sends,
  rows: FastCheck.uniqueArray(
    FastCheck.tuple(oneOf("k1", "k2", "k3"), contactRow).map(([key, one]) => ({ key, ...one })),
    { selector: ({ key }) => key, maxLength: 3 }
  )
})

const send = FastCheck.record({
  kind: kind("send"),
  batch,
  /** Null: the source of the batch. */
  from: oneOf(null, null, null, "one.csv"),
  contacts: FastCheck.array(
    FastCheck.record({
      email,
      firstName: maybe(firstName),
      fields: few(FastCheck.record({ id: oneOf("12", "Company"), value: company }), 2),
      tags: few(tag, 2),
      subscribe: few(listId, 1),
      unsubscribe: few(listId, 1)
    }),
    { minLength: 1, maxLength: 3 }
  )
})

const answer = FastCheck.record({
  kind: kind("answer"),
  batch,
  origin: oneOf("account", "account", "pasted"),
  status: oneOf("completed", "completed", "completed", "failed", "active", "waiting", "claimed"),
  success: oneOf(["1", "2"], ["1", "2", "3"], ["1"], ["2"], []),
  failure: oneOf([], [], ["a@x.test"], ["b@x.test"])
})

const lookUp = FastCheck.record({
  kind: kind("look up"),
  email,
  id: maybe(id),
  deleted: oneOf(false, false, true)
})

/** Most often a contact has its own address. */
const known = oneOf(
  ["1", "a@x.test"],
  ["1", "A@x.test"],
  ["2", "b@x.test"],
  ["2", "b@x.test"],
  ["3", "b@x.test"],
  ["2", "a@x.test"]
)

const held = FastCheck.record({
  known,
  firstName,
  company: maybe(company),
  tags: few(oneOf("vip", "met a@x.test"), 2),
  status: oneOf(1, 1, 2, 3),
  isLate: FastCheck.boolean(),
  shows: oneOf("all", "all", "all", "no fields", "no lists", "cut", "gone")
})

export type Held = typeof held extends FastCheck.Arbitrary<infer One> ? One : never

const look = FastCheck.record({
  kind: kind("look"),
  found: FastCheck.uniqueArray(held, { selector: (one) => one.known[0], minLength: 1, maxLength: 2 }),
  isWanted: FastCheck.boolean()
})

const names = FastCheck.record({
  kind: kind("names"),
  title: oneOf("Company", "Plan"),
  isWhole: FastCheck.boolean()
})

const submitted = FastCheck.record({
  kind: kind("submitted"),
  batch,
  /** Minutes after the beginning, so that batches change their order. */
  at: oneOf(-2, -1, 0, 1, 200)
})

/** What sources say was sent. */
export const loaded = FastCheck.oneof(load, load, loadByKey, send)

/** What can be learnt. */
export const fact = FastCheck.oneof(
  load,
  loadByKey,
  send,
  send,
  answer,
  answer,
  look,
  look,
  lookUp,
  names,
  submitted
)

export type Fact = typeof fact extends FastCheck.Arbitrary<infer One> ? One : never

const answered = (one: string) =>
  ({ kind: "answer", batch: one, origin: "account", status: "completed" }) as const

/** An answer that has the contacts of both addresses. */
export const settledAt = (one: string): Fact => ({ ...answered(one), success: ["1", "2"], failure: [] })

/** An answer that refuses one of them. */
const refusedAt = (one: string): Fact => ({ ...answered(one), success: ["2"], failure: ["a@x.test"] })

/** Batches that follow each other, settled and looked at in either order, without which little can go wrong. */
export const sentBefore: FastCheck.Arbitrary<ReadonlyArray<Fact>> = FastCheck.tuple(
  ...["b1", "b2", "b3"].map((one) =>
    FastCheck.tuple(send, maybe(look), oneOf(settledAt, settledAt, refusedAt), oneOf(false, false, true)).map(
      ([sent, looked, answerAt, isLate]): ReadonlyArray<Fact> => {
        const looks = looked === null ? [] : [looked]
        const settles = answerAt(one)
        return [{ ...sent, batch: one }, ...(isLate ? [...looks, settles] : [settles, ...looks])]
      }
    )
  )
).chain((all) => oneOf(0, 1, 2, 3).map((count) => all.slice(0, count).flat()))

const columns = (one: typeof contactRow extends FastCheck.Arbitrary<infer Row> ? Row : never) => ({
  ...row(one.email, one.batch, one.id),
  ...inColumns({ email: one.email, First: one.firstName, Company: one.company, Tag: one.tag })
})

const declared = (drawn: Sends | null) => (drawn === null ? {} : { sends: () => drawn })

const contactOf = (one: Held, changedAt: string): ResolvedInDetail => {
  const [ownId, address] = one.known
  const contactId = ContactId.make(ownId)
  if (one.shows === "gone") return new Gone({ id: contactId })
  const part = <Row>(rows: ReadonlyArray<Row>) =>
    one.shows === "cut"
      ? { _tag: "Incomplete" as const, rows, why: "withheld" as const }
      : { _tag: "Complete" as const, rows }
  const notSideloaded = { _tag: "NotSideloaded" as const }
  return new Detailed({
    id: contactId,
    contact: new Contact({
      id: contactId,
      email: address,
      cdate: DateTime.make("2031-04-01T00:00:00Z"),
      udate: DateTime.make(changedAt),
      deleted: false,
      bouncedHard: Option.none()
    }),
    details: {
      firstName: Option.some(one.firstName),
      lastName: Option.some(one.firstName),
      phone: Option.none(),
      organization: Option.none(),
      fieldValues:
        one.shows === "no fields"
          ? notSideloaded
          : part(one.company === null ? [] : [{ field: "12", value: one.company }]),
      tags: part(one.tags.map((name, at) => ({ tag: String(at), name: Option.some(name) }))),
      lists: one.shows === "no lists" ? notSideloaded : part([{ list: "3", status: one.status }])
    }
  })
}

/** The contacts that a look fetches. */
export const shownBy = (one: Fact & { readonly kind: "look" }, at: DateTime.Utc) =>
  one.found.map((contact) =>
    contactOf(contact, contact.isLate ? DateTime.formatIso(at) : "2031-04-01T00:00:00Z")
  )

const wantedBy = (ids: ReadonlyArray<string>) =>
  Effect.map(Effect.all([Wanted.next("new", null, 100), Wanted.next("unseen", null, 100)]), (all) =>
    all.flat().filter(({ contactId }) => ids.includes(contactId))
  )

/** Records a fact that became known at a time. A look: with the names known then. */
export const take = (one: Fact, at: DateTime.Utc) =>
  Effect.gen(function* () {
    const now = DateTime.formatIso(at)
    switch (one.kind) {
      case "load":
        return yield* LocalContacts.load(
          { name: one.source, rejected: () => one.rejected, ...declared(one.sends) },
          Stream.succeed(one.rows.map(columns)),
          now
        ).pipe(Effect.catchTag("OtherThanPayload", () => Effect.void))
      case "load by key":
        return yield* LocalContacts.load(
          {
            name: "crm",
            rejected: () => 0,
            key: { column: "id", place: "line", setAside: () => Effect.dieMessage("no key is repeated") },
            ...declared(one.sends)
          },
          Stream.succeed(one.rows.map((drawn) => ({ ...columns(drawn), key: drawn.key }))),
          now
        )
      case "send":
        return yield* LocalContacts.load(
          {
            name: one.from ?? `sent in ${one.batch}`,
            rejected: () => 0,
            batchId: BatchId.make(one.batch),
            sends: () => payload
          },
          Stream.succeed(
            one.contacts.map(({ email: address, firstName: first, subscribe, unsubscribe, ...rest }) => ({
              ...row(address, one.batch),
              ...inColumns({
                email: address,
                ...(first === null ? {} : { first_name: first }),
                ...rest,
                subscribe: subscribe.map((listid) => ({ listid })),
                unsubscribe: unsubscribe.map((listid) => ({ listid }))
              })
            }))
          ),
          now
        )
      case "answer": {
        const batchId = BatchId.make(one.batch)
        yield* Batches.add([batchId], { addedAt: now })
        const { failure, status, success } = one
        return yield* Answers.record(
          {
            batchId,
            answer: ImportAnswer.make(status, {
              success: success.map((contactId) => ContactId.make(contactId)),
              failure
            }),
            receivedAt: at,
            body: JSON.stringify({ failure, status, success })
          },
          one.origin
        )
      }
      case "look": {
        const found = shownBy(one, at)
        yield* Links.record(found, now)
        yield* reconcileStale()
        const wanted = one.isWanted ? yield* wantedBy(found.map((contact) => String(contact.id))) : []
        return yield* Looks.record(found, { ...(yield* Lookups.moment), askedAt: now }, wanted)
      }
      case "look up": {
        const contact = Option.map(
          Option.fromNullable(one.id),
          (contactId) =>
            new Contact({
              id: ContactId.make(contactId),
              email: one.email,
              cdate: Option.none(),
              udate: Option.none(),
              deleted: one.deleted,
              bouncedHard: Option.none()
            })
        )
        const looked = { emailKey: fromAddress(one.email), email: one.email, contact }
        return yield* Lookups.record([looked], "address", { ...(yield* Lookups.moment), askedAt: now })
      }
      case "names": {
        const reading = { isWhole: one.isWhole, readAt: now }
        const field = {
          id: "12",
          title: one.title,
          type: Option.some("text"),
          perstag: Option.none(),
          options: Option.some([])
        }
        yield* AccountNames.replaceFields([field], reading)
        return yield* AccountNames.replaceLists([{ id: "3", name: one.title }], reading)
      }
      case "submitted":
        return yield* Batches.add([BatchId.make(one.batch)], {
          addedAt: now,
          submittedAt: DateTime.formatIso(DateTime.add(begin, { minutes: one.at }))
        })
    }
  })

export const begin = DateTime.unsafeMake("2031-04-02T08:00:00.000Z")

/** All that is concluded of sent values, by the names of batches. */
export const sentConclusions = Effect.all({
  verdicts: select<{
    readonly batch_id: string
  }>(`SELECT b.batch_id, v.address_id, v.occurrence, m.kind, m.name,
      v.comparison, v.sent, v.found, v.why
    FROM value_verdicts v JOIN sent_members m USING (member_id) JOIN numbered_batches b USING (batch)
    ORDER BY 1, 2, 3, 4, 5`),
  counts: select<{
    readonly batch_id: string
  }>(`SELECT b.batch_id, m.kind, m.name, c.sent, c.same, c.different,
      c.absent, c.edited_since, c.sent_again, c.not_checked
    FROM value_counts c JOIN sent_members m USING (member_id) JOIN numbered_batches b USING (batch)
    ORDER BY 1, 2, 3`),
  breaks: select<{ readonly batch_id: string }>(`SELECT b.batch_id, c.address_id, c.list_id, c.status_before,
      c.look_before, c.look_after FROM consent_breaks c JOIN numbered_batches b USING (batch) ORDER BY 1, 2, 3`),
  findings: select<{ readonly batch_id: string }>("SELECT * FROM findings ORDER BY 1, 2, 3")
})
