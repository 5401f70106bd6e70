import type * as SqlClient from "@effect/sql/SqlClient"
import type { Connection } from "@effect/sql/SqlConnection"
import * as Effect from "effect/Effect"
import { changesOf, transactionConnection } from "../file/transaction.js"
import { insertContacts, insertPage, rowsPerInsert } from "./stageTables.js"

/** Rows in a page, and rows that are compared side by side, all shifted as far as the first of them. */
export const segmentRows = 250

/** A page of long rows ends earlier, so that memory stays flat. The rows after it may then have to be searched for. */
const longestPage = 256 * 1024

/** Separators of rows, and of the values in a row. An address that contains one is not put into a page. */
const behindRow = "\u001E"
const behindValue = "\u001F"

export const fitsPage = (email: string): boolean => !email.includes(behindRow) && !email.includes(behindValue)

/** The text of a row without a key of its own. Only an address can be blank or contain a control character. */
const rowText = (values: ReadonlyArray<string>) => `concat(${values.join(", char(31), ")})`

const ofLocalRow = rowText(["a.email_key", "l.shape_id", "l.batch", "l.email", "l.contact_id", "l.cells"])

/** Collects the rows of a page in one text, in the format of `ofLocalRow`. */
export const pageWriter = (connection: Connection) => {
  let page = ""
  let rows = 0
  let firstRow = 0
  let firstKey = ""
  const flush = Effect.suspend(() => {
    if (rows === 0) return Effect.void
    const write = connection.executeRaw(insertPage, [firstRow, rows, firstKey, page])
    page = ""
    rows = 0
    return write
  })
  return {
    flush,
    /** Whether the page is full now. */
    add: (
      row: number,
      emailKey: string,
      shape: number,
      batch: number | null,
      email: string | null,
      contactId: string | null,
      cells: string
    ): boolean => {
      if (rows === 0) {
        firstRow = row
        firstKey = emailKey
      } else page += behindRow
      page += `${emailKey}${behindValue}${shape}${behindValue}${batch ?? ""}${behindValue}${email ?? ""}${behindValue}${contactId ?? ""}${behindValue}${cells}`
      rows += 1
      return rows === segmentRows || page.length >= longestPage
    }
  }
}

/**
 * Finds the pages whose rows are in `local_rows` unchanged, side by side. `staged_segments` has the place of each page, and
 * where the next one begins.
 */
const findEqual = (sourceId: number) => `
  INSERT INTO equal_pages
  SELECT p.first_row + g.shift, p.first_row + g.shift + p.rows - 1, p.first_row
  FROM staged_pages p CROSS JOIN staged_segments g ON g.first_row = p.first_row
  WHERE p.first_row + g.shift + p.rows <= g.until AND p.page = (
    SELECT group_concat(text, char(30)) FROM (
      SELECT ${ofLocalRow} AS text FROM local_rows l CROSS JOIN addresses a ON a.address_id = l.address_id
      WHERE l.local_contact_id BETWEEN p.first_row + g.shift AND p.first_row + g.shift + p.rows - 1
        AND l.local_source_id = ${sourceId} ORDER BY l.local_contact_id))`

/** The equal page that a contact is in. */
const equalPageOf = (contact: string, page: string) => `equal_pages ${page}
    ON ${page}.first_contact = (SELECT max(first_contact) FROM equal_pages WHERE first_contact <= ${contact}.local_contact_id)
      AND ${page}.last_contact >= ${contact}.local_contact_id`

/** Whether a contact `l` is in an equal page. */
export const isInEqualPage = `EXISTS (SELECT 1 FROM (SELECT 1) CROSS JOIN ${equalPageOf("l", "q")})`

/** The row that a contact in an equal page is the same as. */
const rowOf = (contact: string, page: string) =>
  `${contact}.local_contact_id - ${page}.first_contact + ${page}.first_row`

const repeatsInEqualPages = `equal_pages q CROSS JOIN local_rows l
    ON l.local_contact_id BETWEEN q.first_contact AND q.last_contact AND l.occurrence > 1`

/**
 * Several rows with one address are its contacts in their turn. Finds the addresses for which equal pages have them in
 * another order, or not all of them up to the last.
 */
export const findOutOfTurn = (sourceId: number) => `
  INSERT INTO elsewhere_keys
  SELECT a.email_key FROM ${repeatsInEqualPages}
  CROSS JOIN addresses a ON a.address_id = l.address_id
  WHERE NOT EXISTS (SELECT 1 FROM local_rows p CROSS JOIN ${equalPageOf("p", "r")}
    WHERE p.address_id = l.address_id AND p.local_source_id = ${sourceId} AND p.occurrence = l.occurrence - 1
      AND ${rowOf("p", "r")} < ${rowOf("l", "q")})
  ON CONFLICT DO NOTHING`

/** Counts the rows of equal pages that repeat another's address and batch, but for those that are staged as well. */
export const countEqualDuplicates = (sourceId: number) => `
  SELECT count(*) AS duplicates FROM ${repeatsInEqualPages}
  WHERE EXISTS (SELECT 1 FROM local_rows p WHERE p.address_id = l.address_id AND p.local_source_id = ${sourceId}
      AND p.occurrence < l.occurrence AND p.batch IS l.batch)
    AND (SELECT email_key FROM addresses a WHERE a.address_id = l.address_id) NOT IN (SELECT email_key FROM elsewhere_keys)`

const pagesAtOnce = 40

interface Page {
  readonly first_row: number
  readonly page: string
}

/** Stages the rows of all pages that are not equal, one by one. */
export const unpack = (sql: SqlClient.SqlClient) =>
  Effect.gen(function* () {
    const connection = yield* transactionConnection
    const full = insertContacts(rowsPerInsert)
    const values: Array<string | number | null> = []
    let last = 0
    let pages: ReadonlyArray<Page> = []
    do {
      pages = yield* sql<Page>`
        SELECT first_row, page FROM staged_pages WHERE first_row > ${last}
          AND first_row NOT IN (SELECT first_row FROM equal_pages) ORDER BY first_row LIMIT ${pagesAtOnce}`
      for (const { first_row, page } of pages) {
        let row = first_row
        for (const text of page.split(behindRow)) {
          const [key = "", shape, batch, email, contactId, cells = ""] = text.split(behindValue)
          values.push(
            row,
            key,
            Number(shape),
            batch ? Number(batch) : null,
            email || null,
            contactId || null,
            null,
            cells
          )
          row += 1
        }
        const rows = row - first_row
        yield* connection.executeRaw(rows === rowsPerInsert ? full : insertContacts(rows), values)
        values.length = 0
        last = first_row
      }
    } while (pages.length === pagesAtOnce)
  })

/** Also stages the rows of equal pages whose address is among the `elsewhere_keys`. */
export const unpackElsewhere = (sourceId: number) => `
  INSERT INTO staged_contacts
  SELECT ${rowOf("l", "q")}, NULL, k.email_key, l.shape_id, l.batch, l.email, l.contact_id, NULL, l.cells
  FROM elsewhere_keys k CROSS JOIN addresses a ON a.email_key = k.email_key
  CROSS JOIN local_rows l ON l.address_id = a.address_id AND l.local_source_id = ${sourceId}
  CROSS JOIN ${equalPageOf("l", "q")}`

/** Stages the rows of pages that are not equal. Returns how many pages are equal. */
export const settlePages = (sql: SqlClient.SqlClient, sourceId: number) =>
  Effect.gen(function* () {
    const equal = changesOf(yield* sql.unsafe(findEqual(sourceId)).raw)
    yield* unpack(sql)
    return equal
  })
