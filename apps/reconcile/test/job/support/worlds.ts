import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import { fromAddress } from "effect-activecampaign/EmailKey"
import * as Scenario from "effect-activecampaign-simulator/Scenario"
import { contactsAt, type Fate, type TrueContact, truth } from "effect-activecampaign-simulator/Truth"

const oneOf = <const Word extends string>(...words: ReadonlyArray<Word>) => FastCheck.constantFrom(...words)

// Few addresses, so that they meet again: within a batch, across batches, in other letter case.
const address = oneOf(
  "a@x.test",
  "A@X.test",
  "b@x.test",
  "c@x.test",
  "d@x.test",
  "e@x.test",
  "not-an-address"
)

const contact = FastCheck.record({
  email: address,
  becomes: oneOf(
    "created",
    "created",
    "created",
    "updated",
    "rejected",
    "silent",
    "unreported",
    "contradictory"
  ),
  /** Whether the sender knows the contact's ID. */
  known: FastCheck.boolean(),
  afterwards: oneOf("stays", "stays", "stays", "stays", "deleted", "renamed")
})

/** A whole account, what was sent to it, and what it makes of that. */
export const world = FastCheck.record({
  batches: FastCheck.array(
    FastCheck.record({
      ends: oneOf("completed", "completed", "completed", "failed", "interrupted", "never"),
      contacts: FastCheck.array(contact, { minLength: 1, maxLength: 8 }),
      processed: FastCheck.option(FastCheck.nat({ max: 8 }), { nil: undefined }),
      /** Whether the sender noted when it was submitted. */
      noted: FastCheck.boolean(),
      /** How its lists are written: counting then decides nothing, and asking comes to the same. */
      lists: oneOf("right", "right", "object", "odd-items"),
      strangers: FastCheck.record({
        success: FastCheck.subarray(["9001", "9002"]),
        failure: FastCheck.subarray(["stranger@y.test"])
      })
    }),
    { minLength: 1, maxLength: 4 }
  ),
  existing: FastCheck.uniqueArray(
    FastCheck.record({ email: address, deleted: oneOf("no", "no", "no", "yes") }),
    { maxLength: 3, selector: ({ email }) => fromAddress(email) }
  ),
  ignoredFilters: FastCheck.subarray(["ids[]", "email"] as const, { maxLength: 1 }),
  pageSize: oneOf("asked", "asked", "always-20"),
  datesAs: oneOf("iso", "iso", "plain", "zero"),
  emailCase: oneOf("kept", "lower", "upper"),
  successMeans: oneOf("created-and-updated", "created-only"),
  duplicateIds: oneOf("once", "twice"),
  idsAs: oneOf("string", "number"),
  emptyLists: oneOf("array", "null", "missing")
})

export type World = typeof world extends FastCheck.Arbitrary<infer Drawn> ? Drawn : never

/** Addresses are renamed to ones that nobody sends: an ID that now belongs to another sent contact could not be told apart. */
const fateAfterwards = (
  afterwards: World["batches"][number]["contacts"][number]["afterwards"],
  at: number
) => {
  if (afterwards === "deleted") return { deletedAfterwards: true }
  return afterwards === "renamed" ? { renamedTo: `renamed-${at}@moved.test` } : {}
}

export const scenarioOf = (drawn: World) => {
  const { batches, datesAs, emailCase, existing, ignoredFilters, pageSize, ...account } = drawn
  return {
    ...account,
    rateLimit: null,
    faults: batches.flatMap(({ lists }, index) =>
      lists === "right"
        ? []
        : [{ on: { batchId: `batch-${index}` }, fault: { _tag: "OddLists" as const, as: lists } }]
    ),
    account: {
      existing: existing.map(({ deleted, email }) => ({ email, deleted: deleted === "yes" })),
      ignoredFilters,
      pageSize,
      datesAs,
      emailCase
    },
    batches: batches.map(({ contacts, ends, processed, strangers }, index) => ({
      batchId: `batch-${index}`,
      ends,
      strangers,
      ...(ends === "completed" || processed === undefined ? {} : { processed }),
      contacts: contacts.map(({ afterwards, becomes, email }, at) => ({
        becomes,
        email,
        ...fateAfterwards(afterwards, 10 * index + at)
      }))
    }))
  } satisfies Scenario.ScenarioInput
}

/** Long after every batch that settles has settled. */
const theEnd = 24 * 60 * 60 * 1000

/** A row as its sender knows it. */
export interface SentRow {
  readonly email: string
  readonly batchId: string
  readonly contactId: string | null
}

export interface Expected {
  readonly outcome: string
  readonly evidence: string
}

const evidenceOf = (found: TrueContact | undefined, noted: boolean, datesAs: World["datesAs"]): string => {
  if (found === undefined) return "lookup-absent"
  if (found.deleted) return "lookup-deleted"
  if (!noted || datesAs === "zero") return "lookup-undated"
  // All is submitted at the start, and five minutes are allowed for clocks that differ.
  if (found.createdAt >= -5 * 60_000) return "lookup-created"
  return found.updatedAt >= -5 * 60_000 ? "lookup-updated" : "lookup-older"
}

/**
 * What was sent, and what a reconciliation that asks all it may ask has to say of each row: told from the world itself,
 * from no answer of it.
 */
export const truthOf = (drawn: World) => {
  const scenario = Scenario.make(scenarioOf(drawn))
  const fates = truth(scenario)
  const account = contactsAt(scenario, theEnd)
  const drawnRows = drawn.batches.flatMap(({ contacts }) => contacts)
  const rows = fates.map(
    (fate, index): SentRow => ({
      email: fate.email,
      batchId: fate.batchId,
      contactId: drawnRows[index]?.known === true ? Option.getOrNull(fate.contactId) : null
    })
  )
  const knownKeys = new Set(
    rows.flatMap(({ contactId, email }) => (contactId === null ? [] : [fromAddress(email)]))
  )
  const ofKey = (key: string) => {
    const sharing = account.filter(({ email }) => fromAddress(email) === key)
    return sharing.find(({ deleted }) => !deleted) ?? sharing[0]
  }

  const expected = ({ batchId, contactId, emailKey, inFailure, inSuccess }: Fate): Expected => {
    const index = scenario.batches.findIndex((batch) => batch.batchId === batchId)
    if (scenario.batches[index]?.ends === "never") return { outcome: "pending", evidence: "unsettled" }
    const found = ofKey(emailKey)
    const linkable =
      knownKeys.has(emailKey) || (found !== undefined && found.id === Option.getOrUndefined(contactId))
    if (inFailure) {
      return inSuccess && linkable
        ? { outcome: "contradictory", evidence: "failure-and-id" }
        : { outcome: "rejected", evidence: "failure" }
    }
    if (inSuccess && linkable) return { outcome: "imported", evidence: "id" }
    const evidence = evidenceOf(found, drawn.batches[index]?.noted === true, drawn.datesAs)
    return {
      outcome: evidence === "lookup-absent" || evidence === "lookup-deleted" ? "missing" : "present",
      evidence
    }
  }

  return {
    rows,
    submitted: drawn.batches.flatMap(({ noted }, index) => (noted ? [`batch-${index}`] : [])),
    fates: fates.map((fate) => ({ ...fate, expected: expected(fate) }))
  }
}
