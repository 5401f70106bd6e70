import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import type { Exclusion, Field, List, Tag } from "effect-activecampaign/CatalogEntry"
import { fromAddress } from "effect-activecampaign/EmailKey"
import { FieldOption } from "effect-activecampaign/CatalogEntry"
import type { AccountField, AccountNames } from "../../asSent/compare.js"
import { unknownNames } from "../../asSent/unknownNames.js"
import { markBatches } from "../facts/stale.js"
import { Ledger, rowOf } from "../Ledger.js"

export type { AccountNames } from "../../asSent/compare.js"

/** The names of an account that are read once a run. */
export type Part = "fields" | "tags" | "lists" | "exclusions"

const OptionsText = Schema.parseJson(Schema.Array(FieldOption))

const FieldRow = rowOf("account_fields", {
  id: Schema.String,
  title: Schema.String,
  type: Schema.NullOr(Schema.String),
  perstag: Schema.NullOr(Schema.String),
  options: Schema.NullOr(OptionsText)
})

const TagRow = rowOf("account_tags", { id: Schema.String, name: Schema.String })

const WholeRow = rowOf("account_names_read", { part: Schema.String })

const decoded = Effect.gen(function* () {
  const fields = yield* Ledger.query(
    FieldRow,
    (sql) => sql`SELECT field_id AS id, title, type, perstag, options FROM account_fields ORDER BY field_id`
  )
  const tags = yield* Ledger.query(TagRow, (sql) => sql`SELECT tag_id AS id, name FROM account_tags`)
  const whole = yield* Ledger.query(
    WholeRow,
    (sql) => sql`SELECT part FROM account_names_read WHERE part = 'fields' AND is_whole`
  )
  const names: AccountNames = {
    fields: fields.map((field): AccountField => ({ ...field, options: field.options ?? undefined })),
    knowsFields: whole.length > 0,
    tags: new Map(tags.map(({ id, name }) => [id, name]))
  }
  return names
})

/** All that the names are decoded from. */
const text = `SELECT (SELECT json_group_array(json_array(field_id, title, type, perstag, options)) FROM account_fields)
    || (SELECT json_group_array(json_array(tag_id, name)) FROM account_tags)
    || (SELECT count(*) FROM account_names_read WHERE part = 'fields' AND is_whole) AS text`

/** The names as they were last read. They are needed for every 100 contacts, and decoded when they have changed. */
export const read = Effect.gen(function* () {
  const { lastNames } = yield* Ledger
  const [row] = yield* Ledger.use((sql) => sql.unsafe<{ readonly text: string }>(text))
  const last = yield* Ref.get(lastNames)
  if (last !== undefined && last.text === row?.text) return last.names
  const names = yield* decoded
  yield* Ref.set(lastNames, { text: row?.text ?? "", names })
  return names
})

export interface Reading {
  readonly readAt: string
  /** False: some could not be read. */
  readonly isWhole: boolean
}

const encodeOptions = Schema.encodeSync(OptionsText)

/** Their conclusions name fields or lists. */
const namingBatches = "SELECT batch FROM value_counts UNION SELECT batch FROM consent_breaks"

/** Parts without which some values cannot be told. */
const reasons: Readonly<Partial<Record<Part, ReadonlyArray<string>>>> = {
  fields: Object.values(unknownNames.fields),
  tags: Object.values(unknownNames.tags)
}

export const isForLackOf = (part: Part) =>
  `cannot_tell IN (SELECT value FROM json_each('${JSON.stringify(reasons[part] ?? [])}'))`

const lacks = (
  part: Part
) => `(NOT EXISTS (SELECT 1 FROM account_names_read WHERE part = '${part}' AND is_whole)
  AND EXISTS (SELECT 1 FROM found_values WHERE ${isForLackOf(part)}))`

export interface Kept {
  readonly part: Part
  /** Whether a run has asked for it, though perhaps in vain. */
  readonly wasRead: boolean
  readonly isWhole: boolean
  /** Calls it takes to read it, as far as its size is known. */
  readonly pages: number
}

const KeptRow = rowOf("account_names_read", {
  part: Schema.Literal("fields", "tags", "lists", "exclusions"),
  was_read: Schema.Literal(0, 1),
  is_whole: Schema.Literal(0, 1),
  pages: Schema.Int
})

/** How far each part of the names is known, those first without which values cannot be told. */
export const kept = Effect.map(
  Ledger.query(
    KeptRow,
    (sql) => sql`SELECT p.part, r.part IS NOT NULL AS was_read, coalesce(r.is_whole, 0) AS is_whole, p.pages
      FROM (SELECT 1 AS place, 'fields' AS part, count(*) / 100 + 1 AS pages FROM account_fields
        UNION ALL SELECT 2, 'tags', count(*) / 100 + 1 FROM account_tags
        UNION ALL SELECT 3, 'lists', count(*) / 100 + 1 FROM account_lists
        UNION ALL SELECT 4, 'exclusions', count(*) / 100 + 1 FROM account_exclusions) p
      LEFT JOIN account_names_read r ON r.part = p.part ORDER BY p.place`
  ),
  (rows) =>
    rows.map(
      ({ is_whole, pages, part, was_read }): Kept => ({
        part,
        wasRead: was_read === 1,
        isWhole: is_whole === 1,
        pages
      })
    )
)

/** Whether any contact was compared with what it was sent with. */
export const isAnyCompared = Ledger.use((sql) =>
  Effect.map(
    sql<{ readonly any: number }>`SELECT EXISTS (SELECT 1 FROM contact_looks) AS "any"`,
    ([row]) => row?.any === 1
  )
)

/** Whether values cannot be told because some names could not be read so far. */
export const areMissed = Ledger.use((sql) =>
  Effect.map(
    sql.unsafe<{ readonly any: number }>(`SELECT ${lacks("fields")} OR ${lacks("tags")} AS "any"`),
    ([row]) => row?.any === 1
  )
)

/** Contacts with values that could not be told without the names are looked at again. */
const lookAgain = (sql: SqlClient.SqlClient, part: Part) =>
  Effect.gen(function* () {
    const key = "batch, address_id, occurrence"
    const open = `SELECT DISTINCT ${key} FROM found_values WHERE ${isForLackOf(part)}`
    yield* sql.unsafe(`CREATE TEMP TABLE IF NOT EXISTS open_contacts (
      batch INTEGER NOT NULL, address_id INTEGER NOT NULL, occurrence INTEGER NOT NULL, PRIMARY KEY (${key})
    ) STRICT, WITHOUT ROWID`)
    yield* sql.unsafe("DELETE FROM open_contacts")
    yield* sql.unsafe(`INSERT INTO open_contacts ${open}`)
    yield* sql.unsafe(markBatches("SELECT DISTINCT batch FROM open_contacts"))
    for (const table of ["found_values", "contact_looks"]) {
      yield* sql.unsafe(`DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM open_contacts)`)
    }
  })

const orNull = Option.getOrNull

/** Puts what was read in place of what was read before. What is missing from an incomplete reading stays. */
const replace = (
  part: Part,
  table: string,
  columns: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string | null>>,
  { isWhole, readAt }: Reading
) =>
  Ledger.transact((sql) =>
    Effect.gen(function* () {
      const state = Effect.all([
        sql.unsafe(`SELECT * FROM ${table}`),
        sql`SELECT is_whole FROM account_names_read WHERE part = ${part}`
      ])
      const before = part === "exclusions" ? undefined : yield* state
      if (isWhole) yield* sql.unsafe(`DELETE FROM ${table}`)
      yield* sql.unsafe(
        `INSERT OR REPLACE INTO ${table} (${columns.join(", ")})
         SELECT ${columns.map((_, at) => `value ->> ${at}`).join(", ")} FROM json_each(?)`,
        [JSON.stringify(rows)]
      )
      yield* sql`INSERT OR REPLACE INTO account_names_read (part, read_at, is_whole)
        VALUES (${part}, ${readAt}, ${isWhole ? 1 : 0})`
      if (before !== undefined && JSON.stringify(before) !== JSON.stringify(yield* state)) {
        // No conclusion depends on the names of tags by themselves: a look does.
        if (part !== "tags") yield* sql.unsafe(markBatches(namingBatches))
        if (isWhole && reasons[part] !== undefined) yield* lookAgain(sql, part)
      }
    })
  )

export const replaceFields = (fields: ReadonlyArray<Field>, reading: Reading) =>
  replace(
    "fields",
    "account_fields",
    ["field_id", "title", "type", "perstag", "options"],
    fields.map(({ id, options, perstag, title, type }) => [
      id,
      title,
      orNull(type),
      orNull(perstag),
      orNull(Option.map(options, encodeOptions))
    ]),
    reading
  )

export const replaceTags = (tags: ReadonlyArray<Tag>, reading: Reading) =>
  replace(
    "tags",
    "account_tags",
    ["tag_id", "name"],
    tags.map(({ id, name }) => [id, name]),
    reading
  )

export const replaceLists = (lists: ReadonlyArray<List>, reading: Reading) =>
  replace(
    "lists",
    "account_lists",
    ["list_id", "name"],
    lists.map(({ id, name }) => [id, name]),
    reading
  )

/**
 * Phrases are stored as email keys are. Of single addresses only those that the file knows are kept: nobody else's is its
 * business, and who was erased does not come back.
 */
export const replaceExclusions = (exclusions: ReadonlyArray<Exclusion>, reading: Reading) =>
  Effect.zipRight(
    replace(
      "exclusions",
      "account_exclusions",
      ["exclusion_id", "match_phrase", "match_type", "channel", "lists"],
      exclusions.map(({ channel, id, lists, matchPhrase, matchType }) => [
        id,
        fromAddress(matchPhrase),
        matchType.trim().toLowerCase(),
        orNull(channel),
        orNull(Option.map(lists, (ids) => JSON.stringify(ids)))
      ]),
      reading
    ),
    Ledger.use(
      (sql) => sql`DELETE FROM account_exclusions
        WHERE match_type = 'exact' AND match_phrase NOT IN (SELECT email_key FROM addresses)`
    )
  )
