import * as EmailKey from "effect-activecampaign/EmailKey"
import type { Batch, Becomes, Contact } from "../Batch.js"
import type { Scenario } from "../Scenario.js"

/** A distinct contact of a batch: all submitted rows with one e-mail key. */
export interface PlannedContact {
  readonly key: EmailKey.EmailKey
  /** The address as first submitted. */
  readonly email: string
  readonly contactId: string | undefined
  /** Decided by the first row of the key. */
  readonly becomes: Becomes
  readonly reached: boolean
  /** How often its ID is listed in success once it is processed. */
  readonly timesInSuccess: number
  readonly inFailure: boolean
  readonly deletedAfterwards: boolean
  readonly renamedTo: string | undefined
  readonly bounced: boolean
  /** What its rows send, in sending order. */
  readonly sends: ReadonlyArray<Pick<Contact, "sends" | "mishaps">>
}

export interface BatchPlan {
  readonly batch: Batch
  /** In sending order. */
  readonly contacts: ReadonlyArray<PlannedContact>
}

const firstFreeId = 1001

export type IdBook = (key: EmailKey.EmailKey, needed: boolean) => string | undefined

/** Gives each key one ID for the whole account, in sending order, skipping IDs that the scenario names. */
const idBook = (scenario: Scenario): IdBook => {
  const byKey = new Map<EmailKey.EmailKey, string>()
  const taken = new Set<string>()
  for (const { contactId, email } of scenario.account.existing) {
    if (contactId === undefined) continue
    taken.add(contactId)
    const key = EmailKey.fromAddress(email)
    if (!byKey.has(key)) byKey.set(key, contactId)
  }
  for (const batch of scenario.batches) {
    for (const id of batch.strangers.success) taken.add(id)
    for (const { contactId, email } of batch.contacts) {
      if (contactId === undefined) continue
      taken.add(contactId)
      const key = EmailKey.fromAddress(email)
      if (!byKey.has(key)) byKey.set(key, contactId)
    }
  }
  let next = firstFreeId
  const idOf: IdBook = (key, needed) => {
    const known = byKey.get(key)
    if (known !== undefined || !needed) return known
    while (taken.has(String(next))) next += 1
    const id = String(next)
    taken.add(id)
    byKey.set(key, id)
    return id
  }
  for (const { email } of scenario.account.existing) idOf(EmailKey.fromAddress(email), true)
  return idOf
}

/** Whether the account has the contact once the import has processed it. */
export const isApplied = (becomes: Becomes): boolean => becomes !== "rejected" && becomes !== "silent"

/** What the service would list for a contact once it has processed it. */
const reported = (scenario: Scenario, becomes: Becomes) => ({
  inSuccess:
    becomes === "created" ||
    becomes === "contradictory" ||
    (becomes === "updated" && scenario.successMeans === "created-and-updated"),
  inFailure: becomes === "rejected" || becomes === "contradictory"
})

const planBatch = (scenario: Scenario, batch: Batch, idOf: IdBook): BatchPlan => {
  const rows = new Map<EmailKey.EmailKey, Array<Contact>>()
  for (const row of batch.contacts) {
    const key = EmailKey.fromAddress(row.email)
    rows.set(key, [...(rows.get(key) ?? []), row])
  }
  const contacts = [...rows].flatMap(([key, sameKey], index): Array<PlannedContact> => {
    const [first] = sameKey
    if (first === undefined) return []
    const { becomes, bounced, deletedAfterwards, email, renamedTo } = first
    const named = sameKey.find((row) => row.contactId !== undefined)?.contactId
    const { inFailure, inSuccess } = reported(scenario, becomes)
    const times = scenario.duplicateIds === "twice" ? sameKey.length : 1
    return [
      {
        key,
        email,
        contactId: named ?? idOf(key, isApplied(becomes)),
        becomes,
        reached: index < (batch.processed ?? Number.POSITIVE_INFINITY),
        timesInSuccess: inSuccess ? times : 0,
        inFailure,
        deletedAfterwards,
        renamedTo,
        bounced,
        sends: sameKey.filter((row) => row.sends !== undefined || row.mishaps.length > 0)
      }
    ]
  })
  return { batch, contacts }
}

export interface Planner {
  readonly plans: ReadonlyMap<string, BatchPlan>
  readonly idOf: IdBook
  /** Plans one more batch of the same account. */
  readonly plan: (batch: Batch) => BatchPlan
}

/** The batches of a scenario by their ID, with everything decided that does not depend on time. */
export const makePlanner = (scenario: Scenario): Planner => {
  const idOf = idBook(scenario)
  const plan = (batch: Batch) => planBatch(scenario, batch, idOf)
  return { plans: new Map(scenario.batches.map((batch) => [batch.batchId, plan(batch)])), idOf, plan }
}

export const planOf = (scenario: Scenario): ReadonlyMap<string, BatchPlan> => makePlanner(scenario).plans
