import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { BatchId } from "effect-activecampaign/BatchId"
import { ContactId } from "effect-activecampaign/ContactId"
import { Gone, Link } from "effect-activecampaign/Resolved"
import { fromAddress } from "effect-activecampaign/EmailKey"
import * as ImportAnswer from "effect-activecampaign/ImportAnswer"
import * as Answers from "../../src/ledger/facts/Answers.js"
import * as Links from "../../src/ledger/facts/Links.js"
import * as Lookups from "../../src/ledger/facts/Lookups.js"
import * as Ledger from "../../src/ledger/Ledger.js"
import * as LocalContacts from "../../src/ledger/load/LocalContacts.js"
import { contactOf } from "./contactOf.js"
import { type row, select } from "./ledger.js"

export const inMemory = Effect.provide(Ledger.layer(":memory:"))

export const before = "2031-04-01T00:00:00.000Z"
export const old = "2031-01-01T08:00:00.000Z"
export const recent = "2031-06-01T08:00:00.000Z"
export const times = { now: "2031-06-30T00:00:00.000Z", before }

export const loadAt = (
  at: string,
  rows: ReadonlyArray<ReturnType<typeof row>>,
  name = "crm.csv",
  rejected = 0
) => LocalContacts.load({ name, rejected: () => rejected }, Stream.succeed(rows), at)

export const answerAt = (
  at: string,
  batchId: string,
  status: "completed" | "failed" | "active",
  lists: { readonly success: ReadonlyArray<string>; readonly failure: ReadonlyArray<string> }
) =>
  Answers.record({
    batchId: BatchId.make(batchId),
    answer: ImportAnswer.make(status, {
      success: lists.success.map((id) => ContactId.make(id)),
      failure: lists.failure
    }),
    receivedAt: DateTime.unsafeMake(at),
    body: JSON.stringify({ status, ...lists })
  })

export const lookUpAt = (at: string, email: string, id: string | null) =>
  Effect.flatMap(Lookups.moment, (moment) =>
    Lookups.record(
      [
        {
          emailKey: fromAddress(email),
          email,
          contact: id === null ? Option.none() : Option.some(contactOf(id, email))
        }
      ],
      "address",
      { ...moment, askedAt: at }
    )
  )

export const resolveAt = (at: string, id: string, email: string | null) => {
  const contactId = ContactId.make(id)
  return Links.record(
    [
      email === null
        ? new Gone({ id: contactId })
        : new Link({ id: contactId, contact: contactOf(id, email) })
    ],
    at
  )
}

// Few of each, so that they meet.

export const batchesLeft = Effect.map(
  select<{ readonly batch_id: string }>("SELECT batch_id FROM batches ORDER BY 1"),
  (rows) => rows.map(({ batch_id }) => batch_id)
)

/** Rows that nothing in the file has a use for. */
export const useless = Effect.all({
  addresses: select(`SELECT email_key FROM addresses a
    WHERE NOT EXISTS (SELECT 1 FROM sent_contacts u WHERE u.address_id = a.address_id)
      AND NOT EXISTS (SELECT 1 FROM answer_failures u WHERE u.address_id = a.address_id)
      AND NOT EXISTS (SELECT 1 FROM local_rows u WHERE u.address_id = a.address_id)
      AND NOT EXISTS (SELECT 1 FROM former_sent u WHERE u.address_id = a.address_id)
      AND NOT EXISTS (SELECT 1 FROM id_links u WHERE u.address_id = a.address_id)
      AND NOT EXISTS (SELECT 1 FROM address_lookups u WHERE u.address_id = a.address_id)`),
  named: select(
    "SELECT * FROM local_rows WHERE batch IS NOT NULL AND batch NOT IN (SELECT batch FROM numbered_batches)"
  ),
  broken: select("PRAGMA foreign_key_check")
})

export const nothingUseless = { addresses: [], named: [], broken: [] }
