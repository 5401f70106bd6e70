import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { ActiveCampaignClient } from "effect-activecampaign/ActiveCampaignClient"
import type { Sideloading } from "effect-activecampaign/ContactDetails"
import type { ContactId } from "effect-activecampaign/ContactId"
import * as Contacts from "effect-activecampaign/Contacts"
import type { ContactsError } from "effect-activecampaign/ContactsError"
import type { ResolvedInDetail } from "effect-activecampaign/Resolved"
import { type AccountStep, callBudget } from "../../../src/job/AccountStep.js"
import { check, countLooks, nothingLooked } from "../../../src/job/Check.js"
import type { CheckOptions } from "../../../src/job/checkPlan.js"
import * as Journal from "../../../src/job/Journal.js"
import type { RunEvent, StepProblem } from "../../../src/job/RunEvent.js"
import { steadyMillis } from "../../../src/job/steadyTime.js"
import * as Looks from "../../../src/ledger/asSent/Looks.js"
import * as Wanted from "../../../src/ledger/asSent/Wanted.js"
import * as Lookups from "../../../src/ledger/facts/Lookups.js"
import { reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import { answer, load, now, row } from "../../support/ledger.js"
import { detailed, send } from "../../support/sentValues.js"

/** A step that compares, which may make so many calls and takes as long as it likes. */
export const stepWith = (most: number, contacts: Partial<Contacts.Service> = {}, lasts = 3_600_000) =>
  Effect.gen(function* () {
    const client = yield* ActiveCampaignClient
    const events: Array<RunEvent> = []
    const problems: Array<StepProblem> = []
    const onEvent = (event: RunEvent) => Effect.sync(() => events.push(event))
    const step: AccountStep = {
      name: "check",
      client,
      contacts: { ...(yield* Contacts.make), ...contacts },
      inDetail: true,
      countLooks: () => {},
      calls: callBudget(most),
      endsAt: (yield* steadyMillis) + lasts,
      journal: yield* Journal.make({ url: client.url, open: 0, onEvent: () => Effect.void }),
      onEvent,
      onProblem: (problem) => Effect.sync(() => problems.push(problem))
    }
    return { step, events, problems }
  })

/** Compares contacts, and reads no names for it. */
export const checkWith = (step: AccountStep, options: CheckOptions) => {
  const counts = nothingLooked()
  return check({ ...step, countLooks: countLooks(counts) }, options, counts, {
    plan: Effect.succeed({ parts: [], before: 0, atTheEnd: 0, alone: 0 }),
    read: Effect.void
  })
}

const emailOf = (id: string) => `c${id}@x.test`

/** Contacts with these IDs were sent with a name and a tag in each of these batches, which have settled. */
export const sentTo = (ids: ReadonlyArray<string>, batchIds: ReadonlyArray<string> = ["b"]) =>
  Effect.forEach(
    batchIds,
    (batchId) =>
      Effect.gen(function* () {
        yield* send(
          batchId,
          ids.map((id) => ({ email: emailOf(id), first_name: "Ada", tags: ["vip"] }))
        )
        yield* load(
          ids.map((id) => row(emailOf(id), batchId, id)),
          `${batchId}.csv`
        )
        yield* answer(batchId, "completed", { success: ids, failure: [] })
      }),
    { discard: true }
  )

/** What an answer shows of a contact: all of it, which is as it was sent, or its name only. */
export const shown = (id: string, what: "all" | "names"): ResolvedInDetail =>
  detailed(id, emailOf(id), {
    firstName: Option.some("Ada"),
    ...(what === "all"
      ? { tags: { _tag: "Complete", rows: [{ tag: "7", name: Option.some("vip") }] } }
      : {
          tags: { _tag: "NotSideloaded" },
          fieldValues: { _tag: "NotSideloaded" },
          lists: { _tag: "NotSideloaded" }
        })
  })

/** The contacts have been looked at, and the answer had their names only. */
export const lookedAtNames = (ids: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const found = ids.map((id) => shown(id, "names"))
    yield* Looks.record(
      found,
      { ...(yield* Lookups.moment), askedAt: now },
      yield* Wanted.next("new", null, 1000)
    )
    yield* reconcileStale()
  })

/** An account that says this of each page of IDs, and which pages it was asked for. */
export const pages = (
  say: (ids: ReadonlyArray<string>) => Stream.Stream<ResolvedInDetail, ContactsError>,
  sideloading: Sideloading = "served"
) => {
  const asked: Array<ReadonlyArray<string>> = []
  const details = <E, R>(ids: Stream.Stream<ContactId, E, R>) =>
    Stream.unwrap(
      Effect.map(Stream.runCollect(ids), (all) => {
        const list = Chunk.toReadonlyArray(all).map(String)
        asked.push(list)
        return say(list)
      })
    )
  return { asked, contacts: { details, sideloading: Effect.succeed(sideloading) } }
}
