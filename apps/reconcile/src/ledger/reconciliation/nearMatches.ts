import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"

/** How an address that was reported differs from one that was sent, where that is little. */
export type Difference = "spaces" | "unicode-form" | "one-edit"

const withoutSpaces = (text: string) => text.replace(/[\s\p{Cf}]+/gu, "")
const compatible = (text: string) => text.normalize("NFKC").toLowerCase()

/** Whether one letter too many, too few, another, or two in the wrong order makes one of the other. */
const isOneEdit = (left: string, right: string): boolean => {
  const [short, long] = left.length <= right.length ? [left, right] : [right, left]
  if (long.length - short.length > 1 || short === long) return false
  let from = 0
  while (from < short.length && short[from] === long[from]) from++
  const rest = (text: string, at: number) => text.slice(at)
  if (short.length < long.length) return rest(short, from) === rest(long, from + 1)
  const swapped = short[from] === long[from + 1] && short[from + 1] === long[from]
  return (
    rest(short, from + 1) === rest(long, from + 1) ||
    (swapped && rest(short, from + 2) === rest(long, from + 2))
  )
}

/** Compared by their keys; equal ones do not differ at all. */
export const differenceOf = (failed: string, sent: string): Difference | undefined => {
  if (failed === sent) return undefined
  if (withoutSpaces(failed) === withoutSpaces(sent)) return "spaces"
  if (withoutSpaces(compatible(failed)) === withoutSpaces(compatible(sent))) return "unicode-form"
  return isOneEdit(failed, sent) ? "one-edit" : undefined
}

interface Unmatched {
  readonly batch_id: string
  readonly email: string
  readonly email_key: string
}

/** For the failures nobody sent, which are few: the sent addresses of the batch that are nearly the same. */
export const drawNearMatches = (sql: SqlClient.SqlClient): Effect.Effect<void, SqlError> =>
  Effect.gen(function* () {
    const unmatched = yield* sql<Unmatched>`
      SELECT n.batch_id, n.subject AS email, min(f.email_key) AS email_key
      FROM reconcile_scope r
      CROSS JOIN findings n ON n.batch_id = r.batch_id AND n.finding = 'unmatched-failure'
      CROSS JOIN batch_failures f ON f.batch_id = r.batch_id AND f.sequence = r.sequence AND f.email = n.subject
      GROUP BY n.batch_id, n.subject ORDER BY n.batch_id, n.subject`
    let read = ""
    let sent: ReadonlyArray<{ readonly email: string; readonly email_key: string }> = []
    for (const { batch_id, email, email_key } of unmatched) {
      if (read !== batch_id) {
        sent = yield* sql<{ readonly email: string; readonly email_key: string }>`
          SELECT email, email_key FROM batch_sent WHERE batch_id = ${batch_id} AND occurrence = 1`
        read = batch_id
      }
      const near = sent.flatMap((one) => {
        const difference = differenceOf(email_key, one.email_key)
        return difference === undefined ? [] : [[one.email, difference] as const]
      })
      if (near.length === 0) continue
      const nearest = near.map(([address]) => address).join(", ")
      yield* sql`INSERT INTO near_matches (batch_id, failed_email, sent_email, difference)
        SELECT ${batch_id}, ${email}, value ->> 0, value ->> 1 FROM json_each(${JSON.stringify(near)})`
      yield* sql`UPDATE findings SET detail = detail || '; nearest sent: ' || ${nearest}
        WHERE batch_id = ${batch_id} AND finding = 'unmatched-failure' AND subject = ${email}`
    }
  })
