import type { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { originalCells } from "../load/SourceColumns.js"
import type { Filter } from "./ExportPages.js"
import { evidenceOrUnsettled, type Export, outcomeOrPending, sentWithVerdicts } from "./Exports.js"
import { type Numbered, originalsOf, type Shapes, valuesOf } from "./originals.js"

/** How many contacts were sent in a batch. */
export interface Size {
  readonly batch_id: string
  readonly contacts: number
}

const sizesAtOnce = 1000

/** The batches after one, or the one asked for, in order. */
export const sizes = (sql: SqlClient, { batchId }: Filter, after: string) =>
  sql.unsafe<Size>(
    `SELECT b.batch_id, (SELECT count(*) FROM sent_contacts s WHERE s.batch = b.batch) AS contacts
    FROM numbered_batches b WHERE b.batch_id > ? ${batchId === undefined ? "" : "AND b.batch_id = ?"}
    ORDER BY b.batch_id LIMIT ${sizesAtOnce}`,
    batchId === undefined ? [after] : [after, batchId]
  )

/** Consecutive batches in portions of at most `most` contacts. A larger batch is a portion by itself. */
export const portions = (batches: ReadonlyArray<Size>, most: number) => {
  const found: Array<{ readonly first: string; last: string; contacts: number }> = []
  for (const { batch_id, contacts } of batches) {
    const portion = found.at(-1)
    if (contacts === 0) continue
    if (portion !== undefined && portion.contacts + contacts <= most) {
      portion.last = batch_id
      portion.contacts += contacts
    } else found.push({ first: batch_id, last: batch_id, contacts })
  }
  return found
}

/**
 * V8 expects texts of up to ten characters in JSON to be repeated, and keeps them. With that, a million IDs take twice the
 * time and half as much memory again.
 */
const padding = " ".repeat(11)

const padded = (text: string) => `'${padding}' || ${text}`

const unpadded = (text: string | null | undefined): string | null => text?.slice(padding.length) ?? null

/**
 * The contacts of a batch ordered by number, one JSON list for each column. SQLite's driver needs a second for a million
 * single values.
 */
interface Lists {
  readonly batch: number
  readonly batch_id: string
  readonly keys: string
  readonly emails: string
  readonly evidence: string
  /** 0: the same as in the local row. */
  readonly contact_ids: string
  readonly shapes: string
  readonly local_emails: string
  readonly local_ids: string
  readonly cells: string
  /** The numbers of the contacts without a local row. */
  readonly without: string
}

/**
 * The first contact of an address comes with the rows that name its batch, in the order of `fromItsBatch`. There is usually
 * one row. If there are more, the contact comes once for each.
 */
export const listsOf = (outcome: Filter["outcome"]): string => `
  SELECT b.batch, b.batch_id, json_group_array(a.email_key) AS keys, json_group_array(s.email) AS emails,
    json_group_array(${evidenceOrUnsettled}) AS evidence,
    json_group_array(CASE WHEN o.contact_id = l.contact_id THEN 0 ELSE ${padded("o.contact_id")} END) AS contact_ids,
    json_group_array(l.shape_id) AS shapes, json_group_array(l.email) AS local_emails,
    json_group_array(${padded("l.contact_id")}) AS local_ids,
    '[' || group_concat(coalesce(l.cells, 'null')) || ']' AS cells,
    json_group_array(json_array(s.address_id, s.occurrence)) FILTER (WHERE l.shape_id IS NULL) AS without
  FROM ${sentWithVerdicts}
  LEFT JOIN local_rows l INDEXED BY local_rows_by_address
    ON s.occurrence = 1 AND l.address_id = s.address_id AND l.batch = s.batch
  WHERE b.batch_id BETWEEN ? AND ? ${outcome === undefined ? "" : `AND ${outcomeOrPending} = ?`}
  GROUP BY b.batch_id`

const surrogate = /[\ud800-\udfff]/

/** The places of contacts ordered by key, as SQLite orders text: by code point, while JavaScript compares UTF-16 units. */
const inOrder = (keys: ReadonlyArray<string>, json: string): ReadonlyArray<number> => {
  const places = keys.map((_, at) => at)
  if (surrogate.test(json)) {
    const bytes = keys.map((key) => Buffer.from(key))
    return places.sort((one, other) => {
      const [a, b] = [bytes[one], bytes[other]]
      return a === undefined || b === undefined ? 0 : Buffer.compare(a, b)
    })
  }
  return places.sort((one, other) => {
    const [a, b] = [keys[one] ?? "", keys[other] ?? ""]
    return a < b ? -1 : a > b ? 1 : 0
  })
}

const contactsOf = (lists: Lists) => {
  const keys: ReadonlyArray<string> = JSON.parse(lists.keys)
  const emails: ReadonlyArray<string | null> = JSON.parse(lists.emails)
  const evidence: ReadonlyArray<string> = JSON.parse(lists.evidence)
  const contactIds: ReadonlyArray<string | 0 | null> = JSON.parse(lists.contact_ids)
  const shapes: ReadonlyArray<number | null> = JSON.parse(lists.shapes)
  const localEmails: ReadonlyArray<string | null> = JSON.parse(lists.local_emails)
  const localIds: ReadonlyArray<string | null> = JSON.parse(lists.local_ids)
  const without: ReadonlyArray<readonly [address: number, occurrence: number]> = JSON.parse(lists.without)
  let next = 0
  return {
    batch: lists.batch,
    batchId: lists.batch_id,
    order: inOrder(keys, lists.keys),
    keys,
    emails,
    evidence,
    contactIds,
    shapes,
    localEmails,
    localIds,
    cells: originalCells(lists.cells),
    numbers: without.length === 0 ? [] : shapes.map((shape) => (shape === null ? without[next++] : undefined))
  }
}

type Contacts = ReturnType<typeof contactsOf>

/** Reads whole batches, as rows with the values of the sources and our own columns. */
export const reader = (
  sql: SqlClient,
  definition: Export,
  originals: ReadonlyArray<string>,
  shapes: Shapes
) => {
  const unknown = originals.map(() => null)
  const placeOf = (name: string) =>
    originals.length + definition.columns.findIndex(([column]) => column === name)
  const [batchAt, emailAt, contactIdAt] = [placeOf("batch_id"), placeOf("email"), placeOf("contact_id")]

  /** Our own columns of one contact for each evidence. All contacts with it have the same values, except for their names. */
  const alike = new Map<string, ReadonlyArray<unknown>>()
  const columns = definition.columns.map(([, column]) => column).join()
  const findAlike = (batchId: string, words: ReadonlyArray<string>) =>
    Effect.forEach(
      words,
      (word) =>
        Effect.map(
          sql.unsafe(
            `SELECT ${columns} FROM ${definition.from} x WHERE x.batch_id = ? AND x.evidence = ? LIMIT 1`,
            [batchId, word]
          ).values,
          ([found = []]) => alike.set(word, found)
        ),
      { discard: true }
    )

  const addRows = (contacts: Contacts, rows: Array<Array<unknown>>, open: Map<number, Numbered>) => {
    const { batch, batchId, cells, contactIds, emails, evidence, keys, localEmails, localIds } = contacts
    let above: string | undefined
    for (const at of contacts.order) {
      const email = keys[at] ?? ""
      const shape = contacts.shapes[at] ?? null
      // Another row that names the batch, of the contact before.
      if (shape !== null && email === above) continue
      above = email
      const localId = unpadded(localIds[at])
      const contactId = contactIds[at]
      if (shape === null) {
        const [address = 0, occurrence = 0] = contacts.numbers[at] ?? []
        open.set(rows.length, { batch, address, occurrence })
      }
      const values =
        shape === null || originals.length === 0
          ? unknown
          : valuesOf(shapes, shape, cells[at] ?? [], {
              email: localEmails[at] ?? email,
              contactId: localId,
              batchId
            })
      const row = values.concat(alike.get(evidence[at] ?? "") ?? [])
      row[batchAt] = batchId
      row[emailAt] = emails[at] ?? email
      row[contactIdAt] = contactId === 0 ? localId : unpadded(contactId)
      rows.push(row)
    }
  }

  return (first: string, last: string, outcome: Filter["outcome"]) =>
    Effect.gen(function* () {
      const found = yield* sql.unsafe<Lists>(
        listsOf(outcome),
        outcome === undefined ? [first, last] : [first, last, outcome]
      )
      const rows: Array<Array<unknown>> = []
      const open = new Map<number, Numbered>()
      for (const lists of found) {
        const contacts = contactsOf(lists)
        const words = [...new Set(contacts.evidence)].filter((word) => !alike.has(word))
        if (words.length > 0) yield* findAlike(contacts.batchId, words)
        addRows(contacts, rows, open)
      }
      if (originals.length > 0 && open.size > 0) {
        for (const [at, values] of yield* originalsOf(sql, shapes, open)) {
          rows[at]?.splice(0, values.length, ...values)
        }
      }
      return rows
    })
}
