import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ContactRow } from "../../contacts/ContactRow.js"
import { transactionConnection } from "../file/transaction.js"
import { type Given, numberedBatches, numberedShapes, shapeText } from "./numbers.js"
import { fitsPage, pageWriter } from "./pages.js"
import type { Source } from "./Source.js"
import { insertContacts, insertRecords, rowsPerInsert } from "./stageTables.js"

export interface Staged {
  readonly rows: number
  /** Rows that name a batch. */
  readonly sent: number
  /** Rows that go back to a batch earlier than that of the row before them. */
  readonly backward: number
  /** The names of the source's columns, in the order first seen. */
  readonly columns: ReadonlyArray<string>
}

/** If more than one row in this many goes back to an earlier batch, the rows are sorted by batch. */
const mostBackward = 100

/** Whether the rows of batches are scattered over the source. */
export const isScattered = ({ backward, rows }: Pick<Staged, "backward" | "rows">) =>
  backward > rows / mostBackward

/** What is known of the file before the source is read. */
export interface Before {
  readonly batches: Given
  readonly shapes: Given
  /** Whether most rows may be in the file unchanged. */
  readonly isAgain: boolean
}

/** The index of the cell with exactly this text. It is most likely the same as before. */
const placeOf = (cells: ReadonlyArray<string>, text: string | null, before: number): number =>
  text === null ? -1 : cells[before] === text ? before : cells.indexOf(text)

/** The text of a cell in JSON. */
const written = (text: string | null, isPlain: boolean) =>
  isPlain || text === null ? text : JSON.stringify(text)

/** The cells without a column of their own, as a JSON array. */
const cellsText = (
  { cells, isPlain }: ContactRow,
  { batchIdAt, contactIdAt, emailAt }: { emailAt: number; contactIdAt: number; batchIdAt: number }
): string => {
  let text = ""
  let rest = 0
  const between = isPlain ? '","' : ","
  for (let at = 0; at < cells.length; at++) {
    if (at === emailAt || at === contactIdAt || at === batchIdAt) continue
    text += rest === 0 ? cells[at] : between + cells[at]
    rest += 1
  }
  return isPlain && rest > 0 ? `["${text}"]` : `[${text}]`
}

export const stage = <E, R>(
  source: Source,
  before: Before,
  rows: Stream.Stream<ReadonlyArray<ContactRow>, E, R>
) =>
  Effect.gen(function* () {
    const connection = yield* transactionConnection
    const names = new Set<string>()
    let named: ReadonlyArray<string> = []
    let namesText = ""
    const keyed = source.key !== undefined
    const full = insertContacts(rowsPerInsert)
    const fullRecords = insertRecords(rowsPerInsert)
    const contacts: Array<string | number | null> = []
    const records: Array<string | number> = []
    const staged = { rows: 0, sent: 0, backward: 0 }
    const batches = numberedBatches(connection, before.batches)
    const shapes = numberedShapes(connection, before.shapes)
    const last = { batchId: "", batch: 0, emailAt: 0, contactIdAt: 0, batchIdAt: 0, shape: 0 }
    const pages = pageWriter(connection)
    let isPaged = before.isAgain && !keyed
    const flush = (ofContacts: string, ofRecords: string) => {
      const write = connection.executeRaw(ofContacts, contacts)
      const both = keyed ? Effect.zipRight(write, connection.executeRaw(ofRecords, records)) : write
      return Effect.map(both, () => {
        contacts.length = 0
        records.length = 0
      })
    }
    yield* Stream.runForEach(
      rows,
      Effect.fnUntraced(function* (chunk) {
        for (const row of chunk) {
          const { cells, contactId, email, emailKey, isPlain } = row
          const batchId = source.batchId ?? row.batchId
          let batch: number | null = null
          if (batchId !== null) {
            if (batchId !== last.batchId) {
              const number = batches.get(batchId) ?? (yield* batches.of(batchId, [batchId]))
              if (number < last.batch) staged.backward += 1
              last.batchId = batchId
              last.batch = number
            }
            batch = last.batch
            staged.sent += 1
          }
          const emailAt = placeOf(cells, written(email, isPlain), last.emailAt)
          const contactIdAt = placeOf(cells, written(contactId, isPlain), last.contactIdAt)
          const batchIdAt = placeOf(cells, written(batchId, isPlain), last.batchIdAt)
          if (row.names !== named) {
            named = row.names
            namesText = JSON.stringify(named)
            for (const name of named) names.add(name)
            last.shape = 0
          }
          if (
            last.shape === 0 ||
            emailAt !== last.emailAt ||
            contactIdAt !== last.contactIdAt ||
            batchIdAt !== last.batchIdAt
          ) {
            const places = [emailAt, contactIdAt, batchIdAt]
            const key = shapeText(namesText, places)
            last.shape = shapes.get(key) ?? (yield* shapes.of(key, [namesText, ...places]))
            last.emailAt = emailAt
            last.contactIdAt = contactIdAt
            last.batchIdAt = batchIdAt
          }
          staged.rows += 1
          const text = cellsText(row, last)
          const other = email === emailKey ? null : email
          if (isPaged) {
            // Rows that are not ordered by batch are not in the file in this order.
            isPaged =
              (isPlain || fitsPage(email)) && !(staged.backward > rowsPerInsert && isScattered(staged))
            if (!isPaged) yield* pages.flush
          }
          if (isPaged) {
            if (pages.add(staged.rows, emailKey, last.shape, batch, other, contactId, text))
              yield* pages.flush
            continue
          }
          contacts.push(staged.rows, emailKey, last.shape, batch, other, contactId, row.key, text)
          if (keyed) records.push(staged.rows, row.line, row.record)
          if (contacts.length === rowsPerInsert * 8) yield* flush(full, fullRecords)
        }
      })
    )
    const left = contacts.length / 8
    if (left > 0) yield* flush(insertContacts(left), insertRecords(left))
    yield* pages.flush
    yield* batches.flush
    yield* shapes.flush
    const result: Staged = { ...staged, columns: [...names] }
    return result
  })
