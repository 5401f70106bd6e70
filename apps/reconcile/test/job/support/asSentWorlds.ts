import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import { fromAddress } from "effect-activecampaign/EmailKey"
import type { Holdings } from "effect-activecampaign-simulator/Holdings"
import * as Scenario from "effect-activecampaign-simulator/Scenario"
import { contactsAt, holdingsAt, truth } from "effect-activecampaign-simulator/Truth"
import type { Kind } from "../../../src/asSent/SentMember.js"

const oneOf = <const Word>(...words: ReadonlyArray<Word>) => FastCheck.constantFrom(...words)

/** One meaning for each spelling. Any other text stands for itself. */
const meanings: Readonly<Record<string, string>> = {
  " ACME  Inc ": "ACME Inc",
  Gold: "g",
  "2031-04-02 00:00:00": "2031-04-02",
  "2031/04/02": "2031-04-02",
  "||b||a||": "||a||b||",
  " Ada ": "Ada"
}

const meaningOf = (text: string) => meanings[text] ?? text

const valuesOfField: Readonly<Record<string, ReadonlyArray<string>>> = {
  "12": ["ACME Inc", " ACME  Inc ", "Initech", ""],
  "13": ["2031-04-02", "2031-04-02 00:00:00", "2031/04/02", "2031-12-24"],
  "14": ["Gold", "g", "s"],
  "15": ["||a||b||", "||b||a||", "||a||"],
  // The account has no such field.
  "99": ["lost"]
}

const fieldIds = Object.keys(valuesOfField)

const maybe = <A>(arbitrary: FastCheck.Arbitrary<A>) => FastCheck.option(arbitrary, { nil: undefined })

const fieldsSent = FastCheck.subarray(fieldIds).chain((ids) =>
  FastCheck.tuple(...ids.map((id) => oneOf(...(valuesOfField[id] ?? [])).map((value) => ({ id, value }))))
)

const listId = oneOf("3", "4")

const sends = FastCheck.record({
  first_name: maybe(oneOf("Ada", " Ada ", "Eve", "")),
  fields: fieldsSent,
  tags: FastCheck.subarray(["vip", "VIP", "news"]),
  subscribe: FastCheck.array(listId, { maxLength: 1 }),
  unsubscribe: FastCheck.array(listId, { maxLength: 1 })
})

/** Longer than the allowance for clocks that differ, and shorter than a late look comes. */
const laterEdit = 10 * 60_000

const mishap = FastCheck.oneof(
  oneOf("12", "13", "14", "15").map((field) => ({ _tag: "FieldDropped" as const, field })),
  FastCheck.constant({ _tag: "DateLost" as const, field: "13" }),
  FastCheck.constant({ _tag: "TagMisspelt" as const, tag: "vip", as: "vpi" }),
  listId.map((list) => ({ _tag: "MadeActive" as const, list })),
  oneOf(["12", "edited by hand"] as const, ["13", "2030-01-01"] as const).map(([field, value]) => ({
    _tag: "EditedLater" as const,
    field,
    value,
    after: laterEdit
  }))
)

const address = oneOf("a@x.test", "A@X.test", "b@x.test", "c@x.test", "d@x.test")

const contact = FastCheck.record({
  email: address,
  becomes: oneOf("created", "created", "created", "updated", "rejected", "silent", "unreported"),
  /** Which ID the sender knows: none, the contact's own, or one of another contact. */
  known: oneOf("none", "own", "none", "own", "own", "swapped"),
  deletedAfterwards: oneOf(false, false, false, false, true),
  sends,
  mishaps: FastCheck.array(mishap, { maxLength: 2 })
})

const minute = 60_000

/** `after`: how long after the one before it a batch is submitted. */
const turn = FastCheck.record({
  after: oneOf(0, 5000, 2 * minute, 8 * minute),
  waiting: oneOf(200, 4 * minute, 12 * minute),
  active: oneOf(minute, 6 * minute)
})

const mostBatches = 3

/** An account with fields, tags and lists, what was sent to it in batches, and what went wrong. */
export const world = FastCheck.record({
  batches: FastCheck.array(FastCheck.array(contact, { minLength: 1, maxLength: 5 }), {
    minLength: 1,
    maxLength: mostBatches
  }),
  existing: FastCheck.uniqueArray(
    FastCheck.record({
      email: address,
      company: oneOf("", "ACME Inc", "Initech"),
      tags: FastCheck.subarray(["Vip", "old"]),
      status: oneOf(0, 1, 2, 3)
    }),
    { maxLength: 2, selector: ({ email }) => fromAddress(email) }
  ),
  effect: oneOf("served", "served", "served", "served", "ignored", "refused", "drops-ids"),
  as: oneOf(
    "lists",
    "lists",
    "lists",
    "numbers",
    "objects",
    "null",
    "half-broken",
    "strangers",
    "cut",
    "empty"
  ),
  knowsFields: oneOf(true, true, true, false),
  pageSize: oneOf("asked", "asked", "always-20"),
  datesAs: oneOf("iso", "iso", "plain", "zero"),
  successMeans: oneOf("created-and-updated", "created-only"),
  /** When the job asks: contacts or also batches only after the later edits. */
  asks: oneOf("at-once", "contacts-late", "late"),
  /** Which times of submission are known; `equal`: one for all batches. */
  times: oneOf("all", "all", "none", "some", "equal"),
  /**
   * A slow batch waits, and then runs for longer than it takes until somebody edits a contact. Overlapping ones take their
   * turns: one that was submitted first may wait longer than the others, and write last.
   */
  pace: oneOf("fast", "fast", "slow", "overlapping", "overlapping"),
  turns: FastCheck.array(turn, { minLength: mostBatches, maxLength: mostBatches })
})

export type World = typeof world extends FastCheck.Arbitrary<infer Drawn> ? Drawn : never

type Contact = World["batches"][number][number]

/** These do not overlap: `between` is from one to the next. */
const paces = {
  fast: { between: 5000, stages: { unset: 1000, waiting: 200, claimed: 200, active: 500 } },
  slow: {
    between: 40 * minute,
    stages: { unset: 1000, waiting: 6 * minute, claimed: minute, active: 21 * minute }
  }
}

/** When a batch was submitted, in milliseconds after the start. */
export const submittedIn = ({ pace, turns }: World, index: number): number =>
  pace === "overlapping"
    ? turns.slice(1, index + 1).reduce((sum, { after }) => sum + after, 0)
    : index * paces[pace].between

const stagesOf = ({ pace, turns }: World, index: number) => {
  if (pace !== "overlapping") return paces[pace].stages
  const { active, waiting } = turns[index] ?? { active: minute, waiting: 200 }
  // No two batches write a contact in the same millisecond.
  return { unset: 1000 + 101 * index, waiting, claimed: 200, active }
}

/** When a batch begins to write. */
const beginsIn = (drawn: World, index: number): number => {
  const { claimed, unset, waiting } = stagesOf(drawn, index)
  return submittedIn(drawn, index) + unset + waiting + claimed
}

/** When the last batch has settled, and everybody has edited what they do. */
export const lastEdit = (drawn: World): number =>
  Math.max(...drawn.batches.map((_, index) => beginsIn(drawn, index) + stagesOf(drawn, index).active)) +
  laterEdit +
  5 * minute

/** When a batch comes to a contact: it takes one after the other while it is active. */
const comesTo = (drawn: World, index: number, emailKey: string): number => {
  const keys = [...new Set((drawn.batches[index] ?? []).map(({ email }) => String(fromAddress(email))))]
  return beginsIn(drawn, index) + (stagesOf(drawn, index).active * (keys.indexOf(emailKey) + 1)) / keys.length
}

export const batchIdOf = (index: number) => `batch-${index}`

const sentOf = ({
  fields,
  first_name,
  subscribe,
  tags,
  unsubscribe
}: World["batches"][number][number]["sends"]) => ({
  ...(first_name === undefined ? {} : { first_name }),
  fields,
  tags,
  subscribe: subscribe.map((listid) => ({ listid })),
  unsubscribe: unsubscribe.map((listid) => ({ listid }))
})

export const scenarioOf = (drawn: World) => {
  const { as, batches, datesAs, effect, existing, knowsFields, pageSize, successMeans } = drawn
  return {
    rateLimit: null,
    successMeans,
    account: {
      pageSize,
      datesAs,
      include: { effect, as },
      // Without any, the account takes every field.
      fields: knowsFields
        ? [
            { id: "12", title: "Company" },
            { id: "13", title: "Since", type: "date" },
            {
              id: "14",
              title: "Plan",
              type: "dropdown",
              options: [
                { label: "Gold", value: "g" },
                { label: "Silver", value: "s" }
              ]
            },
            { id: "15", title: "Hobbies", type: "checkbox" }
          ]
        : [],
      lists: [
        { id: "3", name: "News" },
        { id: "4", name: "Offers" }
      ],
      existing: existing.map(({ company, email, status, tags }) => ({
        email,
        holds: { fields: { "12": company }, tags, lists: { "3": status } }
      }))
    },
    batches: batches.map((contacts, index) => ({
      batchId: batchIdOf(index),
      submittedAt: submittedIn(drawn, index),
      stages: stagesOf(drawn, index),
      contacts: contacts.map(({ known: _, sends: sent, ...rest }) => ({ ...rest, sends: sentOf(sent) }))
    }))
  } satisfies Scenario.ScenarioInput
}

/** A row as its sender knows it. */
export interface SentRow {
  readonly batchId: string
  readonly email: string
  readonly contactId: string | null
  readonly columns: Readonly<Record<string, unknown>>
}

/** Whether a contact holds a sent value. */
export const holds = (held: Holdings | undefined, kind: Kind, name: string, sent: string): boolean => {
  if (held === undefined) return false
  switch (kind) {
    case "first_name":
      return meaningOf(held.firstName) === meaningOf(sent)
    case "field":
      return meaningOf(held.fields[name] ?? "") === meaningOf(sent)
    case "tag":
      return held.tags.some((tag) => tag.toLowerCase() === name.toLowerCase())
    case "subscribe":
      return held.lists[name] === 1
    case "unsubscribe":
      return held.lists[name] === 2 || held.lists[name] === 3
    default:
      return false
  }
}

/** Whether a contact has nothing where a value was sent. */
export const holdsNothing = (held: Holdings | undefined, kind: Kind, name: string): boolean => {
  if (kind === "first_name") return (held?.firstName ?? "") === ""
  if (kind === "field") return (held?.fields[name] ?? "") === ""
  if (kind === "tag") return held?.tags.every((tag) => tag.toLowerCase() !== name.toLowerCase()) ?? true
  return held?.lists[name] === undefined
}

/** What was sent, and what the account really holds, told from the world itself and from no answer of it. */
export const truthOf = (drawn: World) => {
  const scenario = Scenario.make(scenarioOf(drawn))
  const fates = truth(scenario)
  const all = drawn.batches.flat()
  const knownId = (known: Contact["known"] | undefined, email: string, own: Option.Option<string>) => {
    if (known === "own") return Option.getOrNull(own)
    if (known !== "swapped") return null
    const other = fates.find((one) => one.emailKey !== fromAddress(email) && Option.isSome(one.contactId))
    return other === undefined ? null : Option.getOrNull(other.contactId)
  }
  const rows = fates.map(
    ({ batchId, contactId, email }, at): SentRow => ({
      batchId,
      email,
      contactId: knownId(all[at]?.known, email, contactId),
      columns: all[at] === undefined ? {} : { email, ...sentOf(all[at].sends) }
    })
  )
  const known = new Map<number, ReadonlyMap<string, Holdings>>()
  /** By address key. */
  const allAt = (millis: number) => {
    const before = known.get(millis)
    if (before !== undefined) return before
    const held = holdingsAt(scenario, millis)
    const byKey = new Map<string, Holdings>(
      contactsAt(scenario, millis).flatMap(({ email, id }) => {
        const holdings = held.get(id)
        return holdings === undefined ? [] : [[fromAddress(email), holdings] as const]
      })
    )
    known.set(millis, byKey)
    return byKey
  }
  const heldAt = (emailKey: string, millis: number) => allAt(millis).get(emailKey)
  const contactOf = (emailKey: string, millis: number) =>
    contactsAt(scenario, millis).find(({ email }) => fromAddress(email) === emailKey)
  const indexOf = (batchId: string) => Number(batchId.replace("batch-", ""))
  const comesAt = (batchId: string, emailKey: string) => comesTo(drawn, indexOf(batchId), emailKey)
  return {
    rows,
    /** What a contact holds at a time, in milliseconds after the start. */
    heldAt,
    /** What it held when a batch had just written it. */
    heldAfter: (batchId: string, emailKey: string) => {
      const at = comesAt(batchId, emailKey)
      return contactOf(emailKey, at)?.updatedAt === at ? heldAt(emailKey, at) : undefined
    },
    /** Whether one batch comes to a contact after another has. */
    isLater: (batchId: string, other: string, emailKey: string) =>
      comesAt(batchId, emailKey) > comesAt(other, emailKey),
    /** Whether the batch refused it, and nobody takes another's ID for its own, which may be among the successes. */
    isRefused: (batchId: string, emailKey: string) => {
      const ofAddress = all
        .map((one, at) => ({ ...one, batchId: fates[at]?.batchId }))
        .filter(({ email }) => fromAddress(email) === emailKey)
      return (
        ofAddress.every(({ known: id }) => id !== "swapped") &&
        ofAddress.every((one) => one.batchId !== batchId || one.becomes === "rejected")
      )
    },
    /** Whether the batch created it. */
    isNew: (batchId: string, emailKey: string) =>
      contactOf(emailKey, lastEdit(drawn))?.createdAt === comesAt(batchId, emailKey),
    isEdited: (emailKey: string) =>
      all.some(
        ({ email, mishaps }) =>
          fromAddress(email) === emailKey && mishaps.some(({ _tag }) => _tag === "EditedLater")
      )
  }
}
