import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { BatchId } from "effect-activecampaign/BatchId"
import { Contact } from "effect-activecampaign/Contact"
import { ContactId } from "effect-activecampaign/ContactId"
import { fromAddress } from "effect-activecampaign/EmailKey"
import * as ImportAnswer from "effect-activecampaign/ImportAnswer"
import { Gone, Link } from "effect-activecampaign/Resolved"
import { erase } from "../../../src/ledger/erase/Erase.js"
import * as Removals from "../../../src/ledger/erase/Removals.js"
import * as Answers from "../../../src/ledger/facts/Answers.js"
import * as Batches from "../../../src/ledger/facts/Batches.js"
import * as Links from "../../../src/ledger/facts/Links.js"
import * as Lookups from "../../../src/ledger/facts/Lookups.js"
import * as LocalContacts from "../../../src/ledger/load/LocalContacts.js"
import { momentAt, row } from "../../support/ledger.js"

// Few of each, so that they meet.
export const email = FastCheck.constantFrom("a@x.test", "A@x.test", "b@x.test", "ab@x.test", "c@x.test")
const id = FastCheck.constantFrom("1", "2", "3", "4")
const batch = FastCheck.constantFrom("b1", "b2")
const oneOf = <const Word extends string>(...words: ReadonlyArray<Word>) => FastCheck.constantFrom(...words)
const maybe = <A>(arbitrary: FastCheck.Arbitrary<A>) => FastCheck.option(arbitrary, { nil: null })
const few = <A>(arbitrary: FastCheck.Arbitrary<A>) => FastCheck.array(arbitrary, { maxLength: 4 })
const list = <A>(arbitrary: FastCheck.Arbitrary<A>) => FastCheck.option(few(arbitrary), { nil: undefined })
const step = <const Name extends string, Parts>(name: Name, parts: FastCheck.Arbitrary<Parts>) =>
  FastCheck.tuple(FastCheck.constant(name), parts)

const contact = FastCheck.record({
  id,
  email,
  cdate: maybe(FastCheck.constantFrom("2031-04-01T00:00:00Z", "2031-04-02T08:01:00Z")),
  deleted: FastCheck.constantFrom("0", "1")
})

const anyStep = FastCheck.oneof(
  step(
    "load",
    FastCheck.record({
      source: FastCheck.constantFrom("one.csv", "two.csv"),
      rows: few(FastCheck.record({ email, batch: maybe(batch), id: maybe(id) })),
      rejected: FastCheck.constantFrom(0, 0, 1)
    })
  ),
  step(
    "load by key",
    FastCheck.uniqueArray(
      FastCheck.record({
        key: FastCheck.constantFrom("k1", "k2", "k3"),
        email,
        batch: maybe(batch),
        id: maybe(id)
      }),
      { selector: ({ key }) => key, maxLength: 3 }
    )
  ),
  step(
    "answer",
    FastCheck.record({
      batch,
      status: oneOf("active", "completed", "completed", "completed", "failed"),
      success: list(id),
      failure: list(email)
    })
  ),
  step(
    "paste",
    FastCheck.record({
      batch,
      status: oneOf("active", "completed", "failed"),
      success: list(id),
      failure: list(email)
    })
  ),
  step("remove batch", batch),
  step("remove source", FastCheck.constantFrom("one.csv", "two.csv", "crm")),
  step("submitted", batch),
  step("link", FastCheck.record({ id, email })),
  step("gone", id),
  step("look up", FastCheck.record({ email, contact: maybe(FastCheck.record({ id, contact })) })),
  step("walk", FastCheck.uniqueArray(contact, { selector: (one) => one.id, maxLength: 3 })),
  step("erase", email)
)

/** Begins with something sent and something answered, without which little can go wrong. */
export const steps = FastCheck.tuple(
  step(
    "load",
    FastCheck.record({
      source: FastCheck.constant("one.csv"),
      rows: FastCheck.array(FastCheck.record({ email, batch, id: maybe(id) }), {
        minLength: 1,
        maxLength: 4
      }),
      rejected: FastCheck.constant(0)
    })
  ),
  step(
    "answer",
    FastCheck.record({
      batch,
      status: oneOf("completed"),
      success: FastCheck.constantFrom([], ["1"], ["1", "2"]),
      failure: FastCheck.constantFrom([], ["b@x.test"])
    })
  ),
  FastCheck.array(anyStep, { minLength: 1, maxLength: 10 })
).map(([sent, answered, rest]) => [sent, answered, ...rest])

type Step = typeof steps extends FastCheck.Arbitrary<ReadonlyArray<infer One>> ? One : never

const contactOf = (drawn: { readonly id: string; readonly email: string }, rest: object = {}) =>
  Contact.make({
    id: ContactId.make(drawn.id),
    email: drawn.email,
    cdate: Option.none(),
    udate: Option.none(),
    deleted: false,
    bouncedHard: Option.none(),
    ...rest
  })

const datesOf = (drawn: { readonly cdate: string | null; readonly deleted: string }) => ({
  cdate: Option.map(Option.fromNullable(drawn.cdate), DateTime.unsafeMake),
  deleted: drawn.deleted === "1"
})

export const begin = DateTime.unsafeMake("2031-04-02T08:00:00.000Z")

/** Does one step to the ledger. */
export const take = ([name, parts]: Step, at: DateTime.Utc) =>
  Effect.gen(function* () {
    const now = DateTime.formatIso(at)
    switch (name) {
      case "load":
        return yield* LocalContacts.load(
          { name: parts.source, rejected: () => parts.rejected },
          Stream.succeed(parts.rows.map((one) => row(one.email, one.batch, one.id))),
          now
        )
      case "load by key":
        return yield* LocalContacts.load(
          {
            name: "crm",
            rejected: () => 0,
            key: { column: "id", place: "line", setAside: () => Effect.dieMessage("no key is repeated") }
          },
          Stream.succeed(parts.map((one) => row(one.email, one.batch, one.id, one.key))),
          now
        )
      case "answer":
      case "paste": {
        const batchId = BatchId.make(parts.batch)
        yield* Batches.add([batchId], { addedAt: now })
        const snapshot = {
          batchId,
          answer: ImportAnswer.make(parts.status, {
            ...(parts.success === undefined
              ? {}
              : { success: parts.success.map((one) => ContactId.make(one)) }),
            ...(parts.failure === undefined ? {} : { failure: parts.failure })
          }),
          receivedAt: at,
          body: JSON.stringify(parts)
        }
        return yield* Answers.record(snapshot, name === "paste" ? "pasted" : "account")
      }
      case "remove batch":
        return yield* Removals.removeBatches([BatchId.make(parts)])
      case "remove source": {
        const source = (yield* Removals.sources).find((one) => one.name === parts)
        return source === undefined ? undefined : yield* Removals.removeSource(source)
      }
      case "submitted":
        return yield* Batches.add([BatchId.make(parts)], { addedAt: now, submittedAt: now })
      case "link":
        return yield* Links.record(
          [new Link({ id: ContactId.make(parts.id), contact: contactOf(parts) })],
          now
        )
      case "gone":
        return yield* Links.record([new Gone({ id: ContactId.make(parts) })], now)
      case "look up": {
        const found = Option.map(Option.fromNullable(parts.contact), (one) =>
          contactOf({ id: one.id, email: parts.email }, datesOf(one.contact))
        )
        return yield* Lookups.record(
          [{ emailKey: fromAddress(parts.email), email: parts.email, contact: found }],
          "address",
          yield* momentAt(now)
        )
      }
      case "walk": {
        const contacts = parts.map((one) => contactOf(one, datesOf(one)))
        const begun = yield* momentAt(now)
        yield* Lookups.recordWalked(contacts, { begun, now })
        return yield* Lookups.recordAbsent(begun)
      }
      case "erase":
        return yield* erase(parts)
    }
  })
