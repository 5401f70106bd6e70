import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Stream from "effect/Stream"
import { BatchId } from "effect-activecampaign/BatchId"
import { fromAddress } from "effect-activecampaign/EmailKey"
import type { Comparison, Kind, SentMember } from "../../src/asSent/SentMember.js"
import { payload } from "../../src/asSent/Sends.js"
import { sentMembers } from "../../src/asSent/sentMembers.js"
import { rebuild } from "../../src/ledger/conclusions/Reconciliation.js"
import * as Batches from "../../src/ledger/facts/Batches.js"
import * as LocalContacts from "../../src/ledger/load/LocalContacts.js"
import { run, withAccount } from "../support/account.js"
import { inColumns, now, row, select } from "../support/ledger.js"
import {
  batchIdOf,
  holds,
  holdsNothing,
  type SentRow,
  lastEdit,
  scenarioOf,
  submittedIn,
  truthOf,
  type World,
  world
} from "./support/asSentWorlds.js"

/** CI draws 2,000; more with AC_WORLDS=20000. */
const worlds = Number(process.env.AC_WORLDS ?? 150)

const loadRows = (rows: ReadonlyArray<SentRow>, batches: number) =>
  Effect.forEach(
    Array.from({ length: batches }, (_, index) => batchIdOf(index)),
    (batchId) =>
      LocalContacts.load(
        { name: `sent in ${batchId}`, rejected: () => 0, sends: () => payload },
        Stream.succeed(
          rows
            .filter((one) => one.batchId === batchId)
            .map(({ columns, contactId, email }) => ({
              ...row(email, batchId, contactId),
              ...inColumns(columns)
            }))
        ),
        now
      )
  )

interface LookRow {
  readonly batchId: string
  readonly emailKey: string
  readonly occurrence: number
  readonly lookedAt: string
  readonly unseen: string | null
}

interface VerdictRow {
  readonly batchId: string
  readonly emailKey: string
  readonly occurrence: number
  readonly kind: Kind
  readonly name: string
  readonly comparison: Comparison
  readonly found: string | null
}

const looks = select<LookRow>(`SELECT b.batch_id AS "batchId", a.email_key AS "emailKey", k.occurrence,
    o.looked_at AS "lookedAt", k.unseen
  FROM contact_looks k JOIN looks o USING (look_id) JOIN numbered_batches b USING (batch) JOIN addresses a USING (address_id)
  JOIN verdicts v USING (batch, address_id, occurrence) WHERE v.outcome IN ('imported', 'present')`)

/** When each batch was seen to be settled. */
const settledTimes = select<{
  readonly batchId: string
  readonly settledAt: string
}>(`SELECT b.batch_id AS "batchId",
    max(r.received_at) AS "settledAt"
  FROM answers r JOIN numbered_batches b USING (batch) WHERE r.status IN ('completed', 'failed') GROUP BY b.batch_id`)

const verdicts = select<VerdictRow>(`SELECT b.batch_id AS "batchId", a.email_key AS "emailKey", v.occurrence,
    m.kind, m.name, v.comparison, v.found
  FROM value_verdicts v JOIN sent_members m USING (member_id) JOIN numbered_batches b USING (batch)
  JOIN addresses a USING (address_id) ORDER BY 1, 2, 3, 4, 5`)

const counts = select<Readonly<Record<string, number>>>(
  "SELECT * FROM value_counts ORDER BY batch, member_id"
)

/** Runs a drawn world through the job, and gives what it says of each sent value. */
const live = (drawn: World, rows: ReadonlyArray<SentRow>) =>
  Effect.gen(function* () {
    const startedAt = yield* Clock.currentTimeMillis
    const iso = (millis: number) => DateTime.formatIso(DateTime.unsafeMake(millis))
    for (const [index] of drawn.batches.entries()) {
      const addedAt = iso(startedAt)
      const submittedAt = timeTold(drawn, index)
      yield* Batches.add([BatchId.make(batchIdOf(index))], {
        addedAt,
        submittedAt: submittedAt === undefined ? undefined : iso(startedAt + submittedAt)
      })
    }
    yield* loadRows(rows, drawn.batches.length)
    // Before its submission, a batch is unknown, and is given up soon.
    if (drawn.pace !== "fast") yield* Effect.sleep(submittedIn(drawn, drawn.batches.length - 1))
    const deadline = "3 hours"
    if (drawn.asks === "contacts-late") yield* run({ deadline })
    if (drawn.asks !== "at-once") yield* Effect.sleep(lastEdit(drawn))
    const account = { resolve: true, lookup: true, check: { sample: 0 }, maxCalls: 100_000 }
    const { problems } = yield* run({ deadline, account })
    const settledAt = new Map((yield* settledTimes).map((one) => [one.batchId, Date.parse(one.settledAt)]))
    return {
      startedAt,
      problems,
      settledAt,
      looks: yield* looks,
      verdicts: yield* verdicts,
      counts: yield* counts
    }
  })

/** What is told of the time at which a batch was submitted: no later than it was. */
const timeTold = (drawn: World, index: number): number | undefined => {
  switch (drawn.times) {
    case "all":
      return submittedIn(drawn, index)
    case "some":
      return index % 2 === 0 ? undefined : submittedIn(drawn, index)
    case "equal":
      return 0
    case "none":
      return undefined
  }
}

const keyOf = (one: { readonly batchId: string; readonly emailKey: string; readonly occurrence: number }) =>
  `${one.batchId} ${one.emailKey} ${one.occurrence}`

const memberOf = ({ kind, name }: Pick<SentMember, "kind" | "name">) => `${kind} ${name}`

/** Each sent contact by key, with what was sent for it. */
const recordsOf = (rows: ReadonlyArray<SentRow>) => {
  const times = new Map<string, number>()
  return rows.map(({ batchId, columns, email }) => {
    const emailKey = fromAddress(email)
    const occurrence = (times.get(`${batchId} ${emailKey}`) ?? 0) + 1
    times.set(`${batchId} ${emailKey}`, occurrence)
    const members = new Map(
      sentMembers(payload, (column) => columns[column]).map((member) => [memberOf(member), member])
    )
    return { batchId, emailKey, occurrence, members: [...members.values()] }
  })
}

/** An answer may come a little later than the look began. */
const while_ = [0, 10, 100]

const isWhole = ({ as, datesAs, effect }: World) =>
  effect === "served" && (as === "lists" || as === "numbers") && datesAs !== "zero"

const checkWorld = (drawn: World) =>
  Effect.gen(function* () {
    const { heldAfter, heldAt, isEdited, isLater, isNew, isRefused, rows } = truthOf(drawn)
    const told = yield* live(drawn, rows)
    assert.deepStrictEqual(told.problems, [])
    yield* rebuild
    assert.deepStrictEqual(yield* verdicts, told.verdicts)
    assert.deepStrictEqual(yield* counts, told.counts)

    const records = recordsOf(rows)
    const lookOf = new Map(told.looks.map((one) => [keyOf(one), one]))
    const verdictOf = new Map(told.verdicts.map((one) => [`${keyOf(one)} ${memberOf(one)}`, one]))
    let sames = 0
    for (const record of records) {
      const look = lookOf.get(keyOf(record))
      if (look === undefined) continue
      const { batchId, emailKey } = record
      const at = Date.parse(look.lookedAt) - told.startedAt
      const held = while_.map((wait) => heldAt(emailKey, at + wait))
      const unseen = (look.unseen ?? "").split(" ")
      const showsNothing = unseen.includes("contact") || unseen.includes("address")
      for (const member of record.members) {
        const { kind, name, value } = member
        const isUnseen = showsNothing || unseen.includes(kind)
        const verdict = verdictOf.get(`${keyOf(record)} ${memberOf(member)}`)
        const comparison = verdict?.comparison ?? (isUnseen ? "not-checked" : "same")
        const place = `${keyOf(record)} ${memberOf(member)} '${value}' is ${comparison} (${verdict?.found ?? "-"}), and the account holds ${JSON.stringify(held[0])}`
        const isHeld = held.some((one) => holds(one, kind, name, value))
        const others = records.filter((one) => one.emailKey === emailKey)
        const writers = others.filter((one) => one.batchId === batchId || !isRefused(one.batchId, emailKey))
        const later = writers.filter((one) => isLater(one.batchId, batchId, emailKey))
        const isAmbiguous = others
          .filter((one) => one.batchId === batchId)
          .flatMap(({ members }) => members)
          .some((other) => isOther(member, other))
        if (comparison === "same") {
          sames += 1
          assert.isTrue(isHeld, place)
        } else if (comparison === "different" || comparison === "absent") {
          assert.isFalse(isHeld, place)
          assert.isFalse(holds(heldAfter(batchId, emailKey), kind, name, value), `${place}; it did arrive`)
          const isNothing = held.some((one) => holdsNothing(one, kind, name))
          assert.strictEqual(comparison === "absent", isNothing, place)
        } else if (comparison === "sent-again") {
          assert.isTrue(
            later.flatMap(({ members }) => members).some((other) => isOther(member, other)),
            `${place}; no later batch sent another value`
          )
        } else if (comparison === "edited-since") {
          const isSentElsewhere = writers.some((one) => one.batchId !== batchId)
          assert.isTrue(isEdited(emailKey) || isSentElsewhere, place)
        } else if (isWhole(drawn) && drawn.knowsFields && !showsNothing) {
          const index = drawn.batches.findIndex((_, at) => batchIdOf(at) === batchId)
          // All others that wrote to it had settled when it was submitted.
          const isInOrder = writers.every(
            (one) =>
              one.batchId === batchId ||
              (drawn.times === "all" &&
                (told.settledAt.get(one.batchId) ?? Infinity) <= told.startedAt + submittedIn(drawn, index))
          )
          const isTimed = (drawn.times === "all" && drawn.pace === "fast") || isNew(batchId, emailKey)
          const couldTell =
            isInOrder &&
            isTimed &&
            later.length === 0 &&
            !(isEdited(emailKey) && (drawn.asks !== "at-once" || drawn.pace !== "fast"))
          assert.isTrue(isAmbiguous || (!isHeld && !couldTell), `${place}; it could be told`)
        }
      }
    }
    assert.strictEqual(
      told.counts.reduce((sum, { same = 0 }) => sum + same, 0),
      sames
    )
  }).pipe(withAccount(scenarioOf(drawn), { requestsPerSecond: 1000 }))

/** Whether two members say something else about one thing, or say it with another spelling. */
const isOther = (one: SentMember, other: SentMember) => {
  const isList = (kind: Kind) => kind === "subscribe" || kind === "unsubscribe"
  if (isList(one.kind)) return isList(other.kind) && other.name === one.name && other.kind !== one.kind
  return one.kind === other.kind && one.name === other.name && one.value !== other.value
}

describe("in any world with fields, tags and lists", () => {
  it.live(
    "what is called same, different or absent is, and what was told once is told again from the facts",
    () =>
      Effect.promise(() =>
        FastCheck.assert(
          FastCheck.asyncProperty(world, (drawn) => Effect.runPromise(checkWorld(drawn))),
          { numRuns: worlds }
        )
      ),
    1_200_000
  )
})
