/** How far what was sent has been compared, and what keeps the rest from it. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Ledger, rowOf } from "../Ledger.js"
import * as AccountNames from "./AccountNames.js"
import { hasAny } from "./hasAny.js"

/** Parts of a contact that an answer may leave out, as people call them. */
export const answerParts = ["fields", "tags", "lists", "names and phone numbers"] as const

export type AnswerPart = (typeof answerParts)[number]

export interface Standing {
  /** Sent values in all; null if nothing says what was sent. */
  readonly sent: number | null
  /** Those that are not checked, for any reason. */
  readonly notChecked: number
  /** Those that the account's answers did not have, and what these lacked. */
  readonly unseen: number
  readonly lacking: ReadonlyArray<AnswerPart>
  /** Those that cannot be told because the names of fields, or of tags, could not be read. */
  readonly unnamed: { readonly fields: number; readonly tags: number }
  /** Of these names, those that no run has asked for so far. */
  readonly unasked: ReadonlyArray<"fields" | "tags">
  /** Batches with such values that have not settled. */
  readonly open: number
}

const Row = rowOf("value_counts", {
  part: Schema.Literal(...answerParts),
  sent: Schema.Int,
  notChecked: Schema.Int,
  unseen: Schema.Int
})

const byPart = `SELECT CASE m.kind WHEN 'field' THEN 'fields' WHEN 'tag' THEN 'tags'
    WHEN 'subscribe' THEN 'lists' WHEN 'unsubscribe' THEN 'lists' ELSE 'names and phone numbers' END AS part,
    sum(c.sent) AS sent, sum(c.not_checked) AS "notChecked", sum(c.unseen) AS unseen
  FROM value_counts c JOIN sent_members m ON m.member_id = c.member_id GROUP BY part`

/** Batches that a source declares something about. */
const open = Ledger.number("batch_overview", (sql) =>
  sql.unsafe(`SELECT count(*) AS number FROM batch_overview b
    JOIN numbered_batches n ON n.batch_id = b.batch_id
    WHERE b.settled_at IS NULL AND n.batch IN (SELECT c.batch FROM value_counts c)`)
)

/** How many values cannot be told because this part could not be read. */
const countUntold = (part: AccountNames.Part) =>
  Ledger.number("found_values", (sql) =>
    sql.unsafe(`SELECT count(*) AS number FROM found_values WHERE ${AccountNames.isForLackOf(part)}
      AND NOT EXISTS (SELECT 1 FROM account_names_read WHERE part = '${part}' AND is_whole)`)
  )

/** Where nothing says what was sent. */
export const nothing: Standing = {
  sent: null,
  notChecked: 0,
  unseen: 0,
  lacking: [],
  unnamed: { fields: 0, tags: 0 },
  unasked: [],
  open: 0
}

/** As of the last time that conclusions were drawn. */
export const standing = Effect.gen(function* () {
  if (!(yield* hasAny)) return nothing
  const rows = yield* Ledger.query(Row, (sql) => sql.unsafe(byPart))
  const sumOf = (of: (row: typeof Row.Type) => number) => rows.reduce((sum, row) => sum + of(row), 0)
  const all: Standing = {
    sent: sumOf(({ sent }) => sent),
    notChecked: sumOf(({ notChecked }) => notChecked),
    unseen: sumOf(({ unseen }) => unseen),
    lacking: answerParts.filter((part) => rows.some((row) => row.part === part && row.unseen > 0)),
    unnamed: {
      fields: yield* countUntold("fields"),
      tags: yield* countUntold("tags")
    },
    unasked: (yield* AccountNames.kept).flatMap(({ part, wasRead }) =>
      !wasRead && (part === "fields" || part === "tags") ? [part] : []
    ),
    open: yield* open
  }
  return all
})
