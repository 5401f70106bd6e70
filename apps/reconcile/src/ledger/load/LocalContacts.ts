import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { ContactRow } from "../../contacts/ContactRow.js"
import { hasAny } from "../asSent/hasAny.js"
import * as Batches from "../facts/Batches.js"
import { withTransaction } from "../file/transaction.js"
import { Ledger } from "../Ledger.js"
import * as changes from "./changes.js"
import { takeAll } from "./firstLoad.js"
import { relinkAll, relinkChanged } from "./links.js"
import { markChangedRepeats, markRepeated } from "./repeatedAddresses.js"
import { setRepeatsAside } from "./repeatedKeys.js"
import type { Source } from "./Source.js"
import * as sent from "./sent.js"
import { givenNumbers } from "./numbers.js"
import { layByBatch, settleNumbers } from "./settling.js"
import { countEqualDuplicates, unpack } from "./pages.js"
import { createStage, emptyStage, stagePages } from "./stageTables.js"
import { isScattered, type Staged, stage } from "./staging.js"
import { ColumnNames } from "./SourceColumns.js"
import { isOfPayload, type Sends, Stored } from "../../asSent/Sends.js"
import { countOthers, declaredAnew, forgetCells } from "./declared.js"
import { checkDeclared, checkKey, NoBatchNamed } from "./refused.js"

export type { Source, SourceKey } from "./Source.js"

export interface LoadReport extends changes.Changes {
  /** Batches that the source named for the first time. */
  readonly batchesAdded: number
  /** Contacts newly recorded as sent. */
  readonly sentAdded: number
  readonly rows: number
  readonly unchanged: number
  /** Contacts of the source that this load does not have; they were kept. */
  readonly absent: number
  /** Rows that repeat another's address and batch; they were kept apart. */
  readonly duplicates: number
  /** Rows that name a batch. */
  readonly sent: number
  /** Contacts that the body of a request has other values for than an earlier one. What they were sent with stays. */
  readonly sentOtherwise: number
  /** Whether the source declared something else before about what its contacts were sent with. */
  readonly declaredOtherwise: boolean
  /** Contacts that had been looked at and are looked at again, for what this load declares. */
  readonly lookedAgain: number
  /** Rows that were left out, because they name a purged batch. */
  readonly purged: number
  /** Times of submission that were replaced. */
  readonly resubmitted: ReadonlyArray<Batches.Resubmission>
  /** Batches that the load names, and others that differ from them in letter case only. */
  readonly caseTwins: ReadonlyArray<Batches.CaseTwins>
}

const nothing: LoadReport = {
  ...changes.none,
  added: 0,
  batchesAdded: 0,
  sentAdded: 0,
  rows: 0,
  unchanged: 0,
  absent: 0,
  duplicates: 0,
  sent: 0,
  sentOtherwise: 0,
  declaredOtherwise: false,
  lookedAgain: 0,
  purged: 0,
  resubmitted: [],
  caseTwins: []
}

const encodeSends = (sends: Sends) => Schema.encodeSync(Stored)(sends)

interface KnownSource {
  readonly id: number
  readonly key_column: string | null
  readonly columns: string
  readonly sends: string | null
}

const known = (sql: SqlClient.SqlClient, source: Source) =>
  Effect.map(
    sql<KnownSource>`SELECT local_source_id AS id, key_column, columns, sends FROM local_sources WHERE name = ${source.name}`,
    ([row]) => row
  )

/** The rows without those that name a purged batch: it would come back, and be asked about again. */
const withoutPurged = <E, R>(
  rows: Stream.Stream<ReadonlyArray<ContactRow>, E, R>,
  purged: ReadonlySet<string>,
  leftOut: (rows: number) => void
) =>
  purged.size === 0
    ? rows
    : Stream.map(rows, (some) => {
        const others = some.filter(({ batchId }) => batchId === null || !purged.has(batchId))
        leftOut(some.length - others.length)
        return others
      })

/**
 * Loads the contacts of one source, and with them which batch each was sent in. Loading a source again
 * changes the contacts that changed; nothing is taken out, and what was recorded as sent stays.
 */
export const load = <E, R>(
  source: Source,
  rows: Stream.Stream<ReadonlyArray<ContactRow>, E, R>,
  now: string
) =>
  Effect.flatMap(Ledger, ({ file, sql, transact, transactUnchecked, use }) =>
    Effect.gen(function* () {
      // Told before a long file is read; what counts is what stands there once it has been.
      const before = yield* use(Effect.tap(known(sql, source), (row) => checkKey(source, row)))
      const given = yield* use(givenNumbers(sql, before?.id))
      const isAgain = before !== undefined
      let purged = 0
      const kept =
        source.batchId === undefined
          ? withoutPurged(rows, yield* Batches.purged, (some) => {
              purged += some
            })
          : rows
      // Staging writes to the temporary database alone, in a transaction that never locks the file: a run
      // can go on recording while a large file is read.
      const staged = yield* use(
        withTransaction(sql)(
          Effect.gen(function* () {
            for (const statement of [...stagePages, ...createStage, ...emptyStage])
              yield* sql.unsafe(statement)
            const all = yield* stage(source, { ...given, isAgain }, kept)
            return source.key === undefined ? all : yield* setRepeatsAside(sql, source.key, all)
          })
        )
      )
      if (source.namesBatches === true && staged.rows > 0 && staged.sent === 0 && purged === 0) {
        return yield* new NoBatchNamed({ source: source.name, rows: staged.rows })
      }
      // Like a file that is not one of contacts: nothing is known of what was sent.
      if (before === undefined && staged.rows === 0 && purged === 0 && source.rejected() > 0) return nothing
      // A first load itself writes all that its rows refer to.
      const taken = yield* (before === undefined ? transactUnchecked : transact)(
        take(sql, source, staged, { now, file })
      )
      const report: LoadReport = { ...taken, purged }
      return report
    })
  )

/** The names known of a source, in the order first seen; contacts of an earlier load may have others. */
const columnsWith = (before: KnownSource | undefined, columns: ReadonlyArray<string>) => {
  const names = before === undefined ? [] : Schema.decodeSync(ColumnNames)(before.columns)
  return JSON.stringify([...new Set([...names, ...columns])])
}

const take = (
  sql: SqlClient.SqlClient,
  source: Source,
  staged: Staged,
  { file, now }: { readonly file: string; readonly now: string }
) =>
  Effect.gen(function* () {
    const before = yield* known(sql, source)
    yield* checkKey(source, before)
    yield* checkDeclared(source, before, { file, rows: staged.rows })
    const column = source.key?.column.trim() ?? null
    const declared = source.sends?.()
    const sends = declared === undefined ? (before?.sends ?? null) : encodeSends(declared)
    const isPayload = isOfPayload(sends)
    // The body of the request says exactly what was sent, so nothing counts that a table had before.
    const isExact = isPayload && before !== undefined && !isOfPayload(before.sends)
    const [local] = yield* sql<{ readonly id: number }>`
      INSERT INTO local_sources (name, loaded_at, key_column, columns, sends)
      VALUES (${source.name}, ${now}, ${column}, ${columnsWith(before, staged.columns)}, ${sends})
      ON CONFLICT (name) DO UPDATE SET loaded_at = excluded.loaded_at, columns = excluded.columns, sends = excluded.sends,
        key_column = coalesce(key_column, excluded.key_column)
      RETURNING local_source_id AS id`
    const sourceId = local?.id ?? 0
    const [had] = yield* sql<{ readonly contacts: number }>`
      SELECT count(*) AS contacts FROM local_rows WHERE local_source_id = ${sourceId}`
    const contacts = had?.contacts ?? 0
    const batchesAdded = yield* sent.addBatches(sql, now)
    yield* settleNumbers(sql, sourceId, isPayload)
    const again: changes.Again = {
      keeps: sends === null || isExact ? "none" : isPayload ? "payloads" : "all",
      kind: source.key === undefined ? "unkeyed" : "keyed",
      isNewKey: before?.key_column == null,
      isScattered: isScattered(staged),
      hasRepeats: contacts > 0 && (yield* hasRepeats(sql, sourceId))
    }
    const taken =
      contacts === 0
        ? yield* takeFirst(sql, sourceId, staged, batchesAdded)
        : yield* takeAgain(sql, { id: sourceId, contacts }, again, staged, batchesAdded)
    let lookedAgain = 0
    const isOther = before !== undefined && before.sends !== sends
    if (sends !== null) {
      const isFirst = before === undefined || contacts === 0
      const declared = isOther ? "other" : isFirst ? "first" : isPayload ? "changed" : "same"
      lookedAgain = yield* declaredAnew(sql, sourceId, declared)
      if (isExact) yield* forgetCells(sql, sourceId)
    } else if (taken.sentAdded > 0 && (yield* hasAny)) yield* sent.markSentAgain(sql)
    yield* sent.recordGaps(sql, source)
    const resubmitted = yield* sent.recordSubmission(sql, source)
    return {
      resubmitted,
      sentOtherwise: isPayload && !isExact && taken.updated > 0 ? yield* countOthers(sql, sourceId) : 0,
      declaredOtherwise: isOther,
      lookedAgain,
      caseTwins: staged.sent === 0 ? [] : yield* sent.caseTwins(sql),
      rows: staged.rows,
      sent: staged.sent,
      unchanged: staged.rows - taken.added - taken.updated,
      batchesAdded,
      ...taken
    }
  })

const takeFirst = (sql: SqlClient.SqlClient, sourceId: number, staged: Staged, batchesAdded: number) =>
  Effect.gen(function* () {
    yield* unpack(sql)
    if (isScattered(staged)) yield* layByBatch(sql)
    const repeats = yield* takeAll(sql, sourceId, staged.rows)
    yield* relinkAll(sql, sourceId)
    if (repeats > 0) yield* markRepeated(sql)
    const isSorted = repeats === 0
    const sentAdded = yield* sent.recordAll(sql, sourceId, { sent: staged.sent, isSorted, batchesAdded })
    const duplicates = repeats === 0 ? 0 : yield* countDuplicates(sql)
    return { ...changes.none, sentAdded, added: staged.rows, absent: 0, duplicates }
  })

const takeAgain = (
  sql: SqlClient.SqlClient,
  local: { readonly id: number; readonly contacts: number },
  again: changes.Again,
  staged: Staged,
  batchesAdded: number
) =>
  Effect.gen(function* () {
    const drawn = yield* changes.draw(sql, local.id, again)
    yield* changes.apply(sql, local.id, again, drawn)
    const changed = drawn.added + drawn.updated
    const absent = local.contacts + drawn.added - staged.rows
    if (changed > 0 || absent > 0) yield* relinkChanged(sql, local.id)
    if (drawn.addressesChanged > 0) yield* changes.forgetOld(sql)
    if (changed > 0) yield* markChangedRepeats(sql)
    const sentAdded = changed > 0 ? yield* sent.recordChanged(sql, batchesAdded) : 0
    // An address that only one contact of the source has cannot be repeated in the load.
    const repeats = again.hasRepeats || (changed > 0 && (yield* hasRepeats(sql, local.id)))
    const duplicates = repeats ? (yield* countDuplicates(sql)) + (yield* countEqual(sql, local.id)) : 0
    return { ...drawn, sentAdded, absent, duplicates }
  })

/** Whether two contacts of the source have one address. */
const hasRepeats = (sql: SqlClient.SqlClient, sourceId: number) =>
  Effect.map(
    sql<{ readonly any: number }>`
      SELECT EXISTS (SELECT 1 FROM local_rows WHERE +local_source_id = ${sourceId} AND occurrence > 1) AS "any"`,
    ([row]) => row?.any === 1
  )

const countDuplicates = (sql: SqlClient.SqlClient) =>
  Effect.map(
    sql<{ readonly duplicates: number }>`
      SELECT coalesce(sum(rows - 1), 0) AS duplicates FROM (
        SELECT count(*) AS rows FROM staged_contacts GROUP BY email_key, batch HAVING count(*) > 1)`,
    ([row]) => row?.duplicates ?? 0
  )

const countEqual = (sql: SqlClient.SqlClient, sourceId: number) =>
  Effect.map(
    sql.unsafe<{ readonly duplicates: number }>(countEqualDuplicates(sourceId)),
    ([row]) => row?.duplicates ?? 0
  )

/** Whether any contact is known as sent in a batch. */
export const knowsSent = Effect.flatMap(Ledger, ({ sql, use }) =>
  use(
    Effect.map(
      sql<{ readonly any: number }>`SELECT EXISTS (SELECT 1 FROM sent_contacts) AS "any"`,
      ([row]) => row?.any === 1
    )
  )
)
