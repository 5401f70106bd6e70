import * as ContactId from "effect-activecampaign/ContactId"
import * as EmailKey from "effect-activecampaign/EmailKey"
import { longAgo } from "../Account.js"
import type { Batch } from "../Batch.js"
import { settlesAfter } from "../BatchTimeline.js"
import { type Holdings, nothing } from "../Holdings.js"
import type { Scenario } from "../Scenario.js"
import { type BatchPlan, isApplied, makePlanner, type PlannedContact } from "./plan.js"
import { tagsWritten, type Write, writesOf } from "./writes.js"

/** A contact of the account at one moment. Times are milliseconds after the start. */
export interface AccountContact {
  readonly id: string
  readonly email: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly bounced: boolean
  /** Still answered, but marked as deleted. */
  readonly deleted: boolean
}

/** Everything that happens to one ID. */
interface History {
  readonly id: string
  readonly email: string
  createdAt: number
  readonly updates: Array<number>
  readonly deletions: Array<number>
  /** Marked as deleted until it changes again. */
  markedAt?: number
  renamed?: { readonly at: number; readonly to: string }
  bouncedAt?: number
  holds?: Holdings
  readonly writes: Array<Write>
}

const byNumber = (left: { readonly id: string }, right: { readonly id: string }) =>
  ContactId.Order(left.id, right.id)

const contactAt = (history: History, now: number): AccountContact | undefined => {
  const { bouncedAt, createdAt, deletions, email, id, markedAt, renamed, updates } = history
  if (createdAt > now) return undefined
  const past = updates.filter((at) => at <= now)
  const updatedAt = Math.max(createdAt, ...past)
  // Importing it again after it was deleted brings it back.
  if (deletions.some((at) => at <= now && updatedAt <= at)) return undefined
  return {
    id,
    email: renamed !== undefined && renamed.at <= now ? renamed.to : email,
    createdAt,
    updatedAt,
    bounced: bouncedAt !== undefined && bouncedAt <= now,
    deleted: markedAt !== undefined && updatedAt <= markedAt
  }
}

/**
 * The account: its contacts, which are added and changed as the batches progress, and its batches, including submitted
 * ones.
 */
export const makeAccount = (scenario: Scenario) => {
  const { idOf, plan, plans } = makePlanner(scenario)
  const batches = new Map(plans)
  const histories = new Map<string, History>()
  let inOrder: ReadonlyArray<History> | undefined

  const tags = new Map<string, { readonly id: string; readonly name: string }>()
  /** Tags are created on demand, and compared without letter case. */
  const tagIdOf = (name: string) => {
    const known = tags.get(name.toLowerCase())
    if (known !== undefined) return known.id
    const id = String(tags.size + 1)
    tags.set(name.toLowerCase(), { id, name })
    return id
  }
  scenario.account.tags.forEach(tagIdOf)

  const historyOf = (id: string, email: string, createdAt: number) => {
    const known = histories.get(id)
    if (known !== undefined) return known
    const history: History = { id, email, createdAt, deletions: [], updates: [], writes: [] }
    histories.set(id, history)
    inOrder = undefined
    return history
  }

  const apply = (contact: PlannedContact, at: number) => {
    const { becomes, bounced, contactId, deletedAfterwards, email, renamedTo, sends } = contact
    if (contactId === undefined || !isApplied(becomes)) return
    const history = historyOf(contactId, email, becomes === "updated" ? longAgo : at)
    history.createdAt = Math.min(history.createdAt, at)
    history.updates.push(at)
    if (deletedAfterwards) history.deletions.push(at)
    // A batch that comes later in the scenario may come to a contact earlier.
    if (renamedTo !== undefined && at >= (history.renamed?.at ?? at)) history.renamed = { at, to: renamedTo }
    if (bounced) history.bouncedAt = Math.min(history.bouncedAt ?? at, at)
    for (const { mishaps, sends: sent = {} } of sends) {
      const writes = writesOf(scenario, sent, mishaps, at)
      // Nobody edits a contact that was deleted, so an edit does not bring it back.
      history.writes.push(...(deletedAfterwards ? writes.filter((write) => write.at <= at) : writes))
      if (!deletedAfterwards) history.updates.push(...writes.map((write) => write.at))
      tagsWritten(sent, mishaps).forEach(tagIdOf)
    }
  }

  const runBatch = ({ batch, contacts }: BatchPlan) => {
    const { active, claimed, unset, waiting } = batch.stages
    const begins = batch.submittedAt + unset + waiting + claimed
    const reached = contacts.filter((contact) => contact.reached)
    for (const [index, contact] of reached.entries()) {
      apply(contact, begins + (active * (index + 1)) / reached.length)
    }
    if (batch.ends === "never") return
    for (const id of batch.strangers.success) {
      historyOf(id, `stranger-${id}@elsewhere.test`, batch.submittedAt + settlesAfter(batch.stages))
    }
  }

  for (const existing of scenario.account.existing) {
    const { bounced, contactId, createdAt, deleted, email, holds, updatedAt = createdAt } = existing
    const id = contactId ?? idOf(EmailKey.fromAddress(email), true)
    if (id === undefined) continue
    const history = historyOf(id, email, createdAt)
    history.updates.push(updatedAt)
    if (bounced) history.bouncedAt = createdAt
    if (holds !== undefined) {
      history.holds = holds
      holds.tags.forEach(tagIdOf)
    }
    if (deleted) history.markedAt = updatedAt
  }
  for (const batch of batches.values()) runBatch(batch)

  return {
    /** The tags of the account, with their IDs. */
    tags: (): ReadonlyArray<{ readonly id: string; readonly name: string }> => [...tags.values()],
    tagIdOf,
    /** What a contact holds at this time. */
    holdings: (id: string, now: number): Holdings => {
      const { holds = nothing, writes = [] } = histories.get(id) ?? {}
      return writes
        .filter(({ at }) => at <= now)
        .toSorted((left, right) => left.at - right.at)
        .reduce((held, { apply }) => apply(held), holds)
    },
    batch: (batchId: string) => batches.get(batchId),
    batches: () => [...batches.values()],
    /** Adds a batch. It exists from now on, and its contacts are added as it progresses. */
    add: (batch: Batch) => {
      const planned = plan(batch)
      batches.set(batch.batchId, planned)
      runBatch(planned)
    },
    contact: (id: string, now: number) => {
      const history = histories.get(id)
      return history && contactAt(history, now)
    },
    /** Those of these contacts that exist at this time, by ID. */
    contactsOf: (ids: ReadonlyArray<string>, now: number): ReadonlyArray<AccountContact> =>
      [...new Set(ids)]
        .flatMap((id) => histories.get(id) ?? [])
        .sort(byNumber)
        .flatMap((history) => contactAt(history, now) ?? []),
    /** Every contact that exists at this time, by ID. */
    contacts: (now: number): ReadonlyArray<AccountContact> => {
      inOrder ??= [...histories.values()].sort(byNumber)
      return inOrder.flatMap((history) => contactAt(history, now) ?? [])
    }
  }
}

export type AccountState = ReturnType<typeof makeAccount>
