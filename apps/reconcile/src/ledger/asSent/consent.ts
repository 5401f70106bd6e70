import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { statusWord } from "../../asSent/compare.js"
import { isId } from "../../asSent/names.js"
import type { SentRecord } from "../../asSent/SentMember.js"
import { ownKeyOf } from "../conclusions/scope.js"
import { hadNotBegun, isBefore, mayShow, spansOf, wroteNothing } from "./order.js"
import { settledAnswerOf } from "./refusals.js"
import * as SentValues from "./SentValues.js"

interface Row {
  readonly batch: number
  readonly addressId: number
  readonly email: string
  readonly listId: string
  readonly listName: string | null
  readonly before: number
  readonly lookBefore: number
  readonly lookAfter: number
  readonly seenBefore: string
  readonly seenAfter: string
  readonly others: string
}

const inNumbered = (batch: string, condition: string) =>
  `(SELECT ${condition} FROM numbered_batches n WHERE n.batch = ${batch})`

/** It had settled before the second look. */
const settledBySecond = (batch: string) => `coalesce(${settledAnswerOf(batch)} <= la.after_answer_id, 0)`

/**
 * A batch may have written between the two looks: it had not settled before the first, and it had settled or may have begun
 * before the second. Whether one that has not settled yet does so later makes no difference.
 */
export const mayComeBetween = (batch: string) => `(coalesce(${settledAnswerOf(batch)} > lb.after_answer_id, 1)
    AND (${settledBySecond(batch)} OR ${inNumbered(batch, mayShow("n", "la.looked_at"))}))`

/** It had not begun at the first look, and had settled before the second. */
const cameBetween = (batch: string) =>
  `(${settledBySecond(batch)} AND ${inNumbered(batch, hadNotBegun("n", "lb.looked_at"))})`

/** The status that was seen before `k`, and both looks. */
export const statusBefore = `CROSS JOIN list_statuses b ON b.address_id = k.address_id AND b.list_id = k.list_id
    AND b.look_id = (SELECT max(x.look_id) FROM list_statuses x
      WHERE x.address_id = k.address_id AND x.list_id = k.list_id AND x.look_id < k.look_id)
  CROSS JOIN looks la ON la.look_id = k.look_id
  CROSS JOIN looks lb ON lb.look_id = b.look_id`

/** The same, and it may have written to the address of the status. */
const mayHaveChanged = (batch: string) =>
  `(${mayComeBetween(batch)} AND NOT ${wroteNothing(batch, "k.address_id", "la.looked_at")})`

export const madeActive = "k.status = 1 AND b.status IN (2, 3)"

/**
 * Unsubscribed or bounced at one look and active at the next, with a settled batch of the scope that may have changed it.
 * `others`: all batches of the address of which that is true, each with whether it is certain, and whether it had settled
 * before the second look.
 */
const changed = `
  SELECT s.batch, s.address_id AS "addressId", coalesce(s.email, a.email_key) AS email, k.list_id AS "listId",
    (SELECT n.name FROM account_lists n WHERE n.list_id = k.list_id) AS "listName", b.status AS before,
    b.look_id AS "lookBefore", k.look_id AS "lookAfter", lb.looked_at AS "seenBefore", la.looked_at AS "seenAfter",
    (SELECT json_group_array(json_array(o.batch, ${cameBetween("o.batch")}, ${settledBySecond("o.batch")}))
      FROM sent_contacts o
      WHERE o.address_id = s.address_id AND o.occurrence = 1 AND ${mayHaveChanged("o.batch")}) AS others
  FROM reconcile_scope r
  CROSS JOIN sent_contacts s ${ownKeyOf("sent_contacts")} ON s.batch = r.batch AND s.occurrence = 1
  CROSS JOIN list_statuses k ON k.address_id = s.address_id
  ${statusBefore}
  CROSS JOIN addresses a ON a.address_id = s.address_id
  WHERE ${madeActive} AND r.answer_id IS NOT NULL AND ${mayHaveChanged("s.batch")}
  ORDER BY s.batch, s.address_id, k.list_id, k.look_id`

const Flag = Schema.Literal(0, 1)

const Batches = Schema.decodeSync(Schema.parseJson(Schema.Array(Schema.Tuple(Schema.Int, Flag, Flag))))

/** What is known of whether a batch, or another, asked for it. */
interface Told {
  readonly isCertain: boolean
  /** What the batch sent was declared. */
  readonly isKnown: boolean
  /** It may have named the list among those to subscribe, in a shape that a bulk import does not take. */
  readonly isOdd: boolean
  /** Another one subscribed it, or only may have. */
  readonly another: "subscribed" | "may have subscribed" | "no"
}

const askedBy = ({ isKnown, isOdd }: Told) => {
  if (!isKnown) return "what it sent is not known, so it may have subscribed it"
  return isOdd
    ? "and it is not known whether it subscribed it: what it sent for that is in a shape that a bulk import does not take"
    : "and did not subscribe it"
}

const detailOf = (row: Row, told: Told) => {
  const list = row.listName === null ? `list ${row.listId}` : `list ${row.listId} (${row.listName})`
  const came = told.isCertain ? "this batch came in between" : "this batch may have come in between"
  const another = told.another === "no" ? "" : `. Another batch that ${told.another} it may have come between`
  return `${statusWord(row.before)} on ${list} when looked at on ${row.seenBefore}, active on ${row.seenAfter}; ${came}, ${askedBy(told)}${another}`
}

/** What stands for any list: who sent no ID of one may have meant this one, too. */
const anyList = "?"

/** Whether a batch says it of the list. Perhaps: in a shape of which nobody knows what became. */
const saidBy = (records: ReadonlyArray<SentRecord>, kind: "subscribe" | "unsubscribe") => {
  const certain = new Set<string>()
  const odd = new Set<string>()
  for (const { addressId, batch, members } of records) {
    for (const { isOdd, kind: one, name } of members) {
      if (one !== kind) continue
      if (isOdd === true) odd.add(`${batch} ${addressId} ${isId(name) ? name : anyList}`)
      else certain.add(`${batch} ${addressId} ${name}`)
    }
  }
  return (batch: number, { addressId, listId }: Row): "yes" | "perhaps" | "no" => {
    const sentTo = `${batch} ${addressId}`
    if (certain.has(`${sentTo} ${listId}`)) return "yes"
    return odd.has(`${sentTo} ${listId}`) || odd.has(`${sentTo} ${anyList}`) ? "perhaps" : "no"
  }
}

/** Records contacts that an import may have made active against their will. */
export const breakConsent = (sql: SqlClient.SqlClient) =>
  Effect.gen(function* () {
    const found = yield* sql.unsafe<Row>(changed)
    if (found.length === 0) return
    const rows = found.map((row) => ({ ...row, between: Batches(row.others) }))
    const records = yield* SentValues.ofAddresses([...new Set(rows.map(({ addressId }) => addressId))])
    const declared = new Set(records.map(({ addressId, batch }) => `${batch} ${addressId}`))
    const subscribed = saidBy(records, "subscribe")
    const unsubscribed = saidBy(records, "unsubscribe")
    const spanOf = yield* spansOf(
      sql,
      rows.flatMap(({ between }) => between.map(([batch]) => batch))
    )
    const isProvedBefore = (one: number, other: number) => {
      const span = spanOf.get(one)
      const later = spanOf.get(other)
      return span !== undefined && later !== undefined && isBefore(span, later)
    }
    /** Batches that subscribed it, or may have, if none is known to have unsubscribed it after that. */
    const asking = (row: (typeof rows)[number]) =>
      row.between.flatMap(([batch, isCertain]) => {
        const undone = row.between.map(([other, , isSettled]) =>
          isSettled === 1 && isProvedBefore(batch, other) ? unsubscribed(other, row) : "no"
        )
        const said = undone.includes("yes") ? "no" : subscribed(batch, row)
        if (said === "no") return []
        return [{ batch, isSure: said === "yes" && !undone.includes("perhaps"), isCertain }]
      })
    // If a batch subscribed it, that one did not change it unasked. If it certainly came between, neither did another.
    const breaks = rows.filter(
      (row) =>
        subscribed(row.batch, row) !== "yes" &&
        !asking(row).some(({ isCertain, isSure }) => isSure && isCertain === 1)
    )
    yield* sql`INSERT INTO consent_breaks (batch, address_id, list_id, status_before, look_before, look_after)
      SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5
      FROM json_each(${JSON.stringify(
        breaks.map((row) => [row.batch, row.addressId, row.listId, row.before, row.lookBefore, row.lookAfter])
      )}) WHERE true ON CONFLICT DO NOTHING`
    const details = new Map<string, { readonly row: Row; readonly texts: Array<string> }>()
    for (const row of breaks) {
      const key = `${row.batch} ${row.addressId}`
      const others = asking(row).filter(({ batch }) => batch !== row.batch)
      const text = detailOf(row, {
        isCertain: row.between.some(([batch, isCertain]) => batch === row.batch && isCertain === 1),
        isKnown: declared.has(key),
        isOdd: subscribed(row.batch, row) === "perhaps",
        another:
          others.length === 0
            ? "no"
            : others.some(({ isSure }) => isSure)
              ? "subscribed"
              : "may have subscribed"
      })
      const known = details.get(key)
      if (known === undefined) details.set(key, { row, texts: [text] })
      else known.texts.push(text)
    }
    const findings = [...details.values()].map(({ row, texts }) => [row.batch, row.email, texts.join(". ")])
    yield* sql`INSERT INTO batch_findings (batch, finding, subject, detail)
      SELECT value ->> 0, 'consent-change', value ->> 1, value ->> 2 FROM json_each(${JSON.stringify(findings)})
      WHERE true ON CONFLICT DO NOTHING`
  })
