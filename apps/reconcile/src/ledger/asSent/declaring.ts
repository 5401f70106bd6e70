/** Which sent contacts have anything declared, found without reading what was sent with each of them. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { declaredMembers } from "../../asSent/declaredMembers.js"
import { Stored } from "../../asSent/Sends.js"
import { membersOfPayload } from "../../asSent/payloadMembers.js"
import { Ledger } from "../Ledger.js"

const decode = Schema.decodeUnknownSync(Stored)

/** A column of a source, and whether it says something if it is empty; without a column, every row does. */
type Declaring = readonly [source: number, column: string | null, alsoEmpty: 0 | 1]

/** The columns that mappings take values from, as JSON for `declaring`. */
export const declaringColumns = Ledger.use((sql) =>
  Effect.map(
    sql<{
      readonly source: number
      readonly sends: string
    }>`SELECT local_source_id AS source, sends FROM local_sources WHERE sends IS NOT NULL`,
    (sources) => {
      const known = new Map<string, ReadonlyArray<readonly [column: string | null, alsoEmpty: 0 | 1]>>()
      const columnsOf = (text: string) => {
        const sends = decode(text)
        if ("payload" in sends) return []
        return declaredMembers(sends).map(({ column }) => [column, sends.empty === "sent" ? 1 : 0] as const)
      }
      return JSON.stringify(
        sources.flatMap(({ sends, source }): ReadonlyArray<Declaring> => {
          const columns = known.get(sends) ?? columnsOf(sends)
          known.set(sends, columns)
          return columns.map((column): Declaring => [source, ...column])
        })
      )
    }
  )
)

/** A table, for `declares`. Takes `declaringColumns`. */
export const declaring = `declaring (source, name, also_empty) AS MATERIALIZED
  (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))`

const places = ["email_at", "contact_id_at", "batch_id_at"]

/** What a row has in the column `n` of its names, unless that has a place of its own. */
const cellOf = (row: string, as: "->" | "->>" = "->>") =>
  `${row}.cells ${as} (n.key${places.map((place) => ` - (h.${place} BETWEEN 0 AND n.key)`).join("")})`

const payloadNames = membersOfPayload.map((name) => `'${name}'`).join(", ")

const says = (row: string) => `EXISTS (SELECT 1 FROM row_shapes h WHERE h.shape_id = ${row}.shape_id
  AND CASE h.is_payload
    WHEN 1 THEN EXISTS (SELECT 1 FROM json_each(h.names) n
      WHERE n.value IN (${payloadNames}) AND ${cellOf(row, "->")} NOT IN ('null', '[]'))
    ELSE EXISTS (SELECT 1 FROM declaring d LEFT JOIN json_each(h.names) n ON n.value = d.name
      WHERE d.source = h.local_source_id AND (d.name IS NULL
        OR n.key IN (${places.map((place) => `h.${place}`).join(", ")})
        OR (d.also_empty AND ${cellOf(row)} IS NOT NULL) OR (trim(${cellOf(row)}) <> '' AND ${cellOf(row, "->")} <> '[]'))) END)`

/**
 * Whether some source says what a contact was sent with. Where several do, the one that counts may say nothing, and another
 * something.
 */
export const declares = (sent: string) => `(EXISTS (SELECT 1 FROM local_rows l
    WHERE l.address_id = ${sent}.address_id AND l.batch = ${sent}.batch AND ${says("l")})
  OR EXISTS (SELECT 1 FROM former_cells f WHERE f.batch = ${sent}.batch AND f.address_id = ${sent}.address_id
    AND f.occurrence = ${sent}.occurrence AND ${says("f")}))`
