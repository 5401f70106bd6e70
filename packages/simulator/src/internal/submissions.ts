import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as EmailKey from "effect-activecampaign/EmailKey"
import { maximumBytes, maximumContacts, type Submission } from "effect-activecampaign/Submission"
import type { Batch } from "../Batch.js"
import type { Scenario } from "../Scenario.js"
import type { AccountState } from "./account.js"
import { makeRateWindow } from "./rateWindow.js"
import { tooManyImports } from "./wire.js"

export type FailureReasons = ReadonlyArray<
  string | { readonly contact: number; readonly failureReason: string }
>

/** 400: nothing was queued. */
export const rejected = (message: string, failureReasons: FailureReasons) =>
  HttpServerResponse.unsafeJson({ success: 0, message, failureReasons }, { status: 400 })

export const invalid = "JSON payload did not pass validation."

/** The simple rule: an address is bad unless its domain contains a dot. */
const isBad = (email: string) => !/^[^@]+@[^@]+\.[^@.]{2,}$/.test(email.trim())

const minute = 60_000

/** What becomes of submissions. Each accepted one adds a batch to the account. */
export const makeSubmissions = (scenario: Scenario, account: AccountState) => {
  const { badAddresses, flag, perMinute, stages, status } = scenario.submissions
  const window = (requests: number | undefined) =>
    makeRateWindow(requests === undefined ? null : { requests, perMillis: minute })
  const withinOne = window(perMinute?.one)
  const withinMany = window(perMinute?.many)
  let accepted = 0

  const nextBatchId = () => {
    do accepted += 1
    while (account.batch(`submitted-${accepted}`) !== undefined)
    return `submitted-${accepted}`
  }

  const batchOf = (submission: Submission, now: number): Batch => {
    const present = new Set(account.contacts(now).map(({ email }) => EmailKey.fromAddress(email)))
    const becomes = (email: string) => {
      if (isBad(email)) return "rejected"
      return present.has(EmailKey.fromAddress(email)) ? "updated" : "created"
    }
    return {
      batchId: nextBatchId(),
      submittedAt: now,
      stages,
      ends: "completed",
      contacts: submission.contacts.map(({ email, ...sends }) => ({
        email,
        sends,
        mishaps: scenario.submissions.mishaps,
        becomes: becomes(email),
        deletedAfterwards: false,
        bounced: false
      })),
      partialLists: false,
      strangers: { success: [], failure: [] }
    }
  }

  return (submission: Submission, bytes: number, now: number): HttpServerResponse.HttpServerResponse => {
    const { contacts } = submission
    const verdict = contacts.length > 1 ? withinMany(now) : withinOne(now)
    if (verdict?.allowed === false) return tooManyImports
    if (contacts.length === 0) return rejected(invalid, ["No contacts were given"])
    if (contacts.length > maximumContacts) {
      return rejected(invalid, [`No more than ${maximumContacts} contacts may be given`])
    }
    if (bytes > maximumBytes) return rejected(invalid, ["The payload must be smaller than 400000 bytes"])
    const bad = contacts.flatMap(({ email }, index) =>
      badAddresses === "reject-all" && isBad(email)
        ? [{ contact: index + 1, failureReason: "Field ‘email’ incorrect format" }]
        : []
    )
    if (bad.length > 0) return rejected(invalid, bad)
    const batch = batchOf(submission, now)
    account.add(batch)
    return HttpServerResponse.unsafeJson(
      {
        [flag]: 1,
        queued_contacts: contacts.length,
        batchId: batch.batchId,
        message: "Contact import queued"
      },
      { status }
    )
  }
}
