/** Which sent contacts are to be looked at, for the first time or again. */
import * as Effect from "effect/Effect"
import { ContactId } from "effect-activecampaign/ContactId"
import { Ledger } from "../Ledger.js"
import * as AccountNames from "./AccountNames.js"
import { declares, declaring, declaringColumns } from "./declaring.js"
import { settledAnswerOf } from "./refusals.js"

/** A sent contact, by key. */
export interface SentKey {
  readonly batch: number
  readonly addressId: number
  readonly occurrence: number
}

/** A sent contact whose values are to be compared, and its contact in the account. */
export interface Wanted extends SentKey {
  readonly contactId: ContactId
}

/** A look counts if it came after the answer with which the batch settled. */
const isLookedAt = (key: string, answer: string, and = "") => `EXISTS (SELECT 1 FROM contact_looks k
  CROSS JOIN looks o ON o.look_id = k.look_id
  WHERE k.batch = ${key}.batch AND k.address_id = ${key}.address_id AND k.occurrence = ${key}.occurrence
    AND o.after_answer_id >= ${answer}${and})`

/** Of a contact that was found by its address, the account has said the ID. */
const idOf = (row: string) => `coalesce(${row}.contact_id,
  (SELECT min(k.contact_id) FROM id_links k WHERE k.address_id = ${row}.address_id))`

/**
 * Contacts that were not looked at, or whose look did not show all of what was sent. `named`: not looked at, in batches with
 * names or phone numbers, which every answer has.
 */
export type Which = "new" | "named" | "unseen"

/** In SQL: a look `k` that did not show all of what was sent, of a contact that is there. */
export const isUnseen = "coalesce(k.unseen, 'contact') NOT IN ('contact', 'address')"

const named = `JOIN sent_members m ON m.member_id = c.member_id
      AND m.kind IN ('first_name', 'last_name', 'phone', 'customer_acct_name')`

/**
 * Contacts of settled batches with values that were declared and not seen; `contact_id` is NULL if it is not known. In the
 * order of their keys, so that the next ones are read without those before or behind them.
 */
const waiting = (which: Which) => `
  WITH ${declaring}
  SELECT v.batch, v.address_id, v.occurrence, ${idOf("v")} AS contact_id FROM verdicts v
  WHERE (v.batch, v.address_id, v.occurrence) > (?, ?, ?)
    AND v.batch IN (SELECT c.batch FROM value_counts c ${which === "named" ? named : ""} WHERE c.not_checked > 0)
    AND v.outcome IN ('imported', 'present')
    AND ${which === "unseen" ? "" : "NOT"} ${isLookedAt("v", settledAnswerOf("v.batch"), which === "unseen" ? ` AND ${isUnseen}` : "")}
    AND ${declares("v")}`

const count = (which: Which) =>
  Effect.flatMap(declaringColumns, (columns) =>
    Ledger.number("contact_looks", (sql) =>
      sql.unsafe(`SELECT count(DISTINCT contact_id) AS number FROM (${waiting(which)})`, [columns, 0, 0, 0])
    )
  )

/** How many contacts are to be looked at. */
export const countNew = count("new")

/** How many of them were sent in batches with names or phone numbers. */
export const countNamed = count("named")

/** How many contacts were looked at, and the answer did not show all of what was sent. */
export const countUnseen = count("unseen")

/** How many others were looked at, and will be looked at again once these names are known. */
export const countUntold = (parts: ReadonlyArray<AccountNames.Part>) =>
  Ledger.number("found_values", (sql) =>
    sql.unsafe(`SELECT count(DISTINCT ${idOf("v")}) AS number
      FROM (SELECT DISTINCT batch, address_id, occurrence FROM found_values
        WHERE ${["0", ...parts.map(AccountNames.isForLackOf)].join(" OR ")}) f
      CROSS JOIN verdicts v ON v.batch = f.batch AND v.address_id = f.address_id AND v.occurrence = f.occurrence
      WHERE v.outcome IN ('imported', 'present') AND NOT ${isLookedAt("v", settledAnswerOf("v.batch"), ` AND ${isUnseen}`)}`)
  )

interface WantedRow extends SentKey {
  readonly contactId: string
}

const wantedOf = (rows: ReadonlyArray<WantedRow>): ReadonlyArray<Wanted> =>
  rows.map(({ contactId, ...key }) => ({ ...key, contactId: ContactId.make(contactId) }))

/** Reads the key of verdicts in its order, as a test asserts. */
export const nextWaiting = (which: Which) => `
  SELECT batch, address_id AS "addressId", occurrence, contact_id AS "contactId" FROM (${waiting(which)})
  WHERE contact_id IS NOT NULL ORDER BY batch, address_id, occurrence LIMIT ?`

/** The next of them after `after`, in the order of their keys, with at most `limit` contacts. */
export const next = (which: Which, after: SentKey | null, limit: number) =>
  Ledger.use((sql) =>
    Effect.gen(function* () {
      const rows = yield* sql.unsafe<WantedRow>(nextWaiting(which), [
        yield* declaringColumns,
        after?.batch ?? 0,
        after?.addressId ?? 0,
        after?.occurrence ?? 0,
        limit
      ])
      return wantedOf(rows)
    })
  )

/** Those looked at longest ago come first, so that no contact keeps others from being asked for again. */
const longestUnseen = `
  SELECT batch, address_id AS "addressId", occurrence, contact_id AS "contactId"
  FROM (SELECT w.*, k.look_id FROM (${waiting("unseen")}) w CROSS JOIN contact_looks k
    ON k.batch = w.batch AND k.address_id = w.address_id AND k.occurrence = w.occurrence)
  WHERE contact_id IS NOT NULL ORDER BY look_id, batch, address_id, occurrence LIMIT ?`

/** Of the contacts whose look did not show all of what was sent, those looked at longest ago. */
export const unseenLongest = (limit: number) =>
  Ledger.use((sql) =>
    Effect.flatMap(declaringColumns, (columns) =>
      Effect.map(sql.unsafe<WantedRow>(longestUnseen, [columns, 0, 0, 0, limit]), wantedOf)
    )
  )
