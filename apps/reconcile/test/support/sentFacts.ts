import * as FastCheck from "effect/FastCheck"
import type { Sends } from "../../src/asSent/Sends.js"

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

export const contactRow = FastCheck.record({
  email,
  batch: maybe(batch),
  id: maybe(id),
  firstName,
  company,
  tag
})

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
