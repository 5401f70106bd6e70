import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { SentRecord } from "../../asSent/SentMember.js"
import { isOfPayload, type Sends, Stored } from "../../asSent/Sends.js"
import { sentMembers } from "../../asSent/sentMembers.js"
import { Ledger } from "../Ledger.js"

export { hasAny } from "./hasAny.js"

interface Row {
  readonly batch: number
  readonly addressId: number
  readonly occurrence: number
  /** Earlier sources first, and of each what the row had when it was sent before what it has now. */
  readonly rank: number
  readonly shape: number
  readonly email: string
  readonly contactId: string | null
  readonly batchId: string
  readonly cells: string
}

/** Of rows of one source with one address and batch, the first is what was sent first. Nearly all are the only one. */
const turn = `CASE l.occurrence WHEN 1 THEN 1 ELSE (SELECT count(*) FROM local_rows x
    WHERE x.address_id = l.address_id AND x.local_source_id = l.local_source_id AND x.occurrence <= l.occurrence
      AND x.batch = l.batch) END`

/**
 * What was sent is not stored again: it is in the rows of the source, or in `former_cells` where the source has changed
 * since. `sent` selects rows of sent_contacts as `s`.
 */
const rowsOf = (sent: string) => `
  SELECT s.batch, s.address_id AS "addressId", s.occurrence, 2 * h.local_source_id AS rank, f.shape_id AS shape,
    coalesce(f.email, a.email_key) AS email, f.contact_id AS "contactId", b.batch_id AS "batchId", f.cells
  FROM ${sent}
  CROSS JOIN former_cells f ON f.batch = s.batch AND f.address_id = s.address_id AND f.occurrence = s.occurrence
  CROSS JOIN row_shapes h ON h.shape_id = f.shape_id
  CROSS JOIN local_sources src ON src.local_source_id = h.local_source_id AND src.sends IS NOT NULL
  CROSS JOIN addresses a ON a.address_id = s.address_id
  CROSS JOIN numbered_batches b ON b.batch = s.batch
  UNION ALL
  SELECT s.batch, s.address_id, s.occurrence, 2 * l.local_source_id + 1, l.shape_id,
    coalesce(l.email, a.email_key), l.contact_id, b.batch_id, l.cells
  FROM ${sent}
  CROSS JOIN local_rows l ON l.address_id = s.address_id AND l.batch = s.batch
  CROSS JOIN local_sources src ON src.local_source_id = l.local_source_id AND src.sends IS NOT NULL
  CROSS JOIN addresses a ON a.address_id = s.address_id
  CROSS JOIN numbered_batches b ON b.batch = s.batch
  WHERE s.occurrence = ${turn}`

const ofBatch = rowsOf("json_each(?) j CROSS JOIN sent_contacts s ON s.batch = j.value")

const ofAddress = rowsOf(
  "json_each(?) j CROSS JOIN sent_contacts s INDEXED BY sent_contacts_by_address ON s.address_id = j.value"
)

/** Where each cell of a row is, and what its source declares about it. */
interface ShapeRow {
  readonly shape: number
  readonly sends: string
  readonly names: string
  readonly emailAt: number
  readonly contactIdAt: number
  readonly batchIdAt: number
  readonly isPayload: 0 | 1
}

const shapeRows = `
  SELECT h.shape_id AS shape, src.sends, h.names, h.email_at AS "emailAt", h.contact_id_at AS "contactIdAt",
    h.batch_id_at AS "batchIdAt", h.is_payload AS "isPayload"
  FROM json_each(?) j CROSS JOIN row_shapes h ON h.shape_id = j.value
  CROSS JOIN local_sources src ON src.local_source_id = h.local_source_id`

const decodeSends = Schema.decodeUnknownSync(Stored)
const decodeNames = Schema.decodeUnknownSync(Schema.parseJson(Schema.Array(Schema.String)))

/** In the array of cells, or in a column of its own. */
type Place = number | "email" | "contactId" | "batchId"

interface Shape {
  readonly isBody: boolean
  readonly sends: Sends
  readonly places: ReadonlyMap<string, Place>
}

/** Undefined: its rows were loaded before payloads, which declare nothing about them. */
const shapeOf = ({
  batchIdAt,
  contactIdAt,
  emailAt,
  isPayload,
  names,
  sends
}: ShapeRow): Shape | undefined => {
  if (isOfPayload(sends) && isPayload === 0) return undefined
  const places = new Map<string, Place>()
  let rest = 0
  for (const [at, name] of decodeNames(names).entries()) {
    if (at === emailAt) places.set(name, "email")
    else if (at === contactIdAt) places.set(name, "contactId")
    else if (at === batchIdAt) places.set(name, "batchId")
    else {
      places.set(name, rest)
      rest += 1
    }
  }
  return { isBody: isPayload === 1, sends: decodeSends(sends), places }
}

/**
 * Of several sources that say what a contact was sent with, the first counts, also where it says nothing; but the body of a
 * request before all others, for every contact that it names.
 */
const chosen = (
  rows: ReadonlyArray<Row>,
  shapes: ReadonlyMap<number, Shape | undefined>
): ReadonlyArray<Row> => {
  const isOfBody = ({ shape }: Row) => shapes.get(shape)?.isBody === true
  const inBody = new Set(rows.filter(isOfBody).map(({ addressId, batch }) => `${batch} ${addressId}`))
  const first = new Map<string, Row>()
  for (const row of rows) {
    if (inBody.has(`${row.batch} ${row.addressId}`) && !isOfBody(row)) continue
    const key = `${row.batch} ${row.addressId} ${row.occurrence}`
    const before = first.get(key)
    if (before === undefined || row.rank < before.rank) first.set(key, row)
  }
  return [...first.values()]
}

const textOrLongNumber = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]{15,}/g

/** A number of so many digits would lose some: it becomes a text, as it is compared. */
const cellsOf = (text: string): unknown =>
  JSON.parse(
    /[\d.]{15}/.test(text)
      ? text.replace(textOrLongNumber, (part) => (part.startsWith('"') ? part : `"${part}"`))
      : text
  )

const read = (
  rows: ReadonlyArray<Row>,
  shapes: ReadonlyMap<number, Shape | undefined>
): ReadonlyArray<SentRecord> => {
  const records: Array<SentRecord> = []
  for (const row of rows) {
    const shape = shapes.get(row.shape)
    if (shape === undefined) continue
    const { places, sends } = shape
    const cells = cellsOf(row.cells)
    const cell = (column: string): unknown => {
      const place = places.get(column)
      if (place === undefined) return undefined
      return typeof place === "number" ? (Array.isArray(cells) ? cells[place] : undefined) : row[place]
    }
    const { addressId, batch, occurrence } = row
    const members = sentMembers(sends, cell)
    if (members.length > 0) records.push({ batch, addressId, occurrence, members })
  }
  return records
}

const recordsOf = (query: string) => (numbers: ReadonlyArray<number>) =>
  numbers.length === 0
    ? Effect.succeed<ReadonlyArray<SentRecord>>([])
    : Ledger.use((sql) =>
        Effect.gen(function* () {
          const list = JSON.stringify(numbers)
          const rows = yield* sql.unsafe<Row>(query, [list, list])
          const used = JSON.stringify([...new Set(rows.map(({ shape }) => shape))])
          const shapes = new Map(
            (yield* sql.unsafe<ShapeRow>(shapeRows, [used])).map((row) => [row.shape, shapeOf(row)] as const)
          )
          return read(chosen(rows, shapes), shapes)
        })
      )

/** What was declared for the contacts of these batches, by number. */
export const ofBatches = recordsOf(ofBatch)

/** What was declared for these addresses, by number, in all batches. */
export const ofAddresses = recordsOf(ofAddress)
