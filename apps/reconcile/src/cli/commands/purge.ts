import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import {
  findPurgeable,
  purge as purgeFrom,
  type Purged,
  type Stays,
  type Times
} from "../../ledger/erase/Purge.js"
import { preview } from "../../ledger/erase/Removals.js"
import { type Tidied, tidy } from "../../ledger/erase/tidy.js"
import { keepCopy } from "../../ledger/file/keptCopies.js"
import * as Ledger from "../../ledger/Ledger.js"
import { whileLeased } from "../../ledger/lease/Lease.js"
import { describeRemoval, yes } from "../output/removalText.js"
import { batchesOf, blocks, printable, sizeOf } from "../output/text.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"
import { ExitCode } from "../shell/ExitCode.js"
import { parseDuration } from "../shell/duration.js"
import { db, invalid, json } from "../shell/options.js"
import { respond } from "../shell/respond.js"
import { snapshotTo } from "../shell/snapshotTo.js"

const olderThan = Options.text("older-than").pipe(
  Options.mapEffect((text) =>
    Either.mapLeft(parseDuration(text), (reason) => invalid(`--older-than: ${reason}`))
  ),
  Options.withDescription("Remove batches about which nothing was learnt for this time, as 90d")
)

const snapshot = Options.text("snapshot").pipe(
  Options.optional,
  Options.withDescription("Where to copy the file first (default: beside it, as FILE.before-purge-DATE)")
)

const noSnapshot = Options.boolean("no-snapshot").pipe(
  Options.withDescription("Do not copy the file first: you have a backup")
)

const staying: Readonly<Record<Stays, (batches: number) => string>> = {
  open: (batches) => `${batchesOf(batches)} not settled`,
  stale: (batches) => `${batchesOf(batches)} to be decided again ('ac-reconcile reconcile')`,
  unaccounted: (batches) => `${batchesOf(batches)} with contacts not looked up ('ac-reconcile lookup')`,
  unresolved: (batches) =>
    `${batchesOf(batches)} with contact IDs of no known address ('ac-reconcile resolve')`,
  needed: (batches) =>
    `${batchesOf(batches)} in which contacts were sent again that a batch that stays lists as missing`
}

const describeStaying = ({ stay }: Purged) =>
  stay.length === 0
    ? ""
    : [
        "Batches as old that stay:",
        ...stay.map(({ batches, because }) => `  ${staying[because](batches)}`)
      ].join("\n")

/** How much of the file is in use, and how large it is. */
const sizes = Effect.gen(function* () {
  const of = (name: string) =>
    Ledger.Ledger.number(name, (sql) => sql.unsafe(`SELECT ${name} AS number FROM pragma_${name}`))
  const size = yield* of("page_size")
  const pages = yield* of("page_count")
  return { used: (pages - (yield* of("freelist_count"))) * size, all: pages * size }
})

const measured = (times: Times) =>
  Effect.gen(function* () {
    const before = yield* sizes
    const purged = yield* purgeFrom(times)
    const after = yield* sizes
    return { purged, bytes: { before: before.all, after: after.used }, holdsFree: after.all > after.used }
  })

interface Copying {
  readonly db: string
  readonly snapshot: Option.Option<string>
  readonly noSnapshot: boolean
}

const copyFirst = ({ db: file, noSnapshot: none, snapshot: to }: Copying, times: Times) =>
  Effect.gen(function* () {
    // A purge that was stopped is only finished: the copy from before it is there.
    if (none || (yield* findPurgeable(times)) === 0) return null
    if (Option.isNone(to)) return yield* keepCopy(file, `purge-${times.now.slice(0, 10)}`)
    yield* snapshotTo(file, to.value)
    return to.value
  })

const untidy = ({ openIn, reason }: Exclude<Tidied, { readonly done: true }>) =>
  `The batches were removed, but the space was not given back: ${reason}.${openIn.length === 0 ? "" : ` The file is open in process ${openIn.join(", ")}.`} Run the same command again later.`

const shrunk = (bytes: { readonly before: number; readonly after: number }, done: boolean) =>
  bytes.after >= bytes.before
    ? ""
    : `The file ${done ? "shrank" : "would shrink"} from ${sizeOf(bytes.before)} to ${done ? "" : "about "}${sizeOf(bytes.after)}.`

const day = (time: string) => time.slice(0, 10)

const nothing = (file: string, { before }: Times) =>
  `${file}: nothing that is unchanged since ${day(before)} can be purged.`

const show = ({ db: file, noSnapshot: none }: Copying, times: Times) =>
  Effect.map(preview(measured(times)), ({ bytes, purged }) => ({
    text: blocks(
      printable(
        purged.removed.length === 0
          ? nothing(file, times)
          : `${file}: purging ${batchesOf(purged.batches)} unchanged since ${day(times.before)} would delete:`
      ),
      ...describeRemoval({ ...purged, changed: [] }, false),
      purged.removed.length === 0 ? "" : shrunk(bytes, false),
      describeStaying(purged),
      purged.removed.length === 0
        ? ""
        : `Nothing was changed. Run again with --yes to do it${none ? "; this cannot be undone" : ", after a copy of the file"}.`
    ),
    result: { done: false, ...purged, bytes, snapshot: null, tidied: null }
  }))

const remove = (options: Copying, times: Times) =>
  whileLeased(
    Effect.gen(function* () {
      const copy = yield* copyFirst(options, times)
      const { bytes, holdsFree, purged } = yield* measured(times)
      const tidied = holdsFree ? yield* tidy : null
      return { copy, bytes: { ...bytes, after: (yield* sizes).all }, purged, tidied }
    })
  ).pipe(
    Effect.map(({ bytes, copy, purged, tidied }) => {
      const warnings = tidied === null || tidied.done ? [] : [untidy(tidied)]
      return {
        text: blocks(
          printable(
            purged.removed.length === 0
              ? nothing(options.db, times)
              : `${options.db}: ${batchesOf(purged.batches)} unchanged since ${day(times.before)} purged:`
          ),
          ...describeRemoval({ ...purged, changed: [] }, true),
          warnings.length === 0 ? shrunk(bytes, true) : "",
          ...warnings,
          describeStaying(purged),
          copy === null
            ? ""
            : printable(
                `The file as it was is ${copy}. It has the same personal data: delete it when you no longer need it.`
              )
        ),
        warnings,
        result: { done: true, ...purged, bytes, snapshot: copy, tidied },
        // A reader or writer in the way is no fault: the next purge gives the space back.
        exitCode:
          tidied !== null && !tidied.done && tidied.because === "failed" ? ExitCode.database : ExitCode.done
      }
    })
  )

export const purge = Command.make("purge", { olderThan, snapshot, noSnapshot, yes, db, json }, (options) =>
  respond(
    "purge",
    options.json,
    Effect.gen(function* () {
      if (options.noSnapshot && Option.isSome(options.snapshot)) {
        return yield* new ConfigurationError({
          problem: "--snapshot and --no-snapshot were both given.",
          hint: "Choose one of them."
        })
      }
      const now = yield* DateTime.now
      const before = DateTime.formatIso(DateTime.subtractDuration(now, options.olderThan))
      const times: Times = { now: DateTime.formatIso(now), before }
      const done = yield* options.yes ? remove(options, times) : show(options, times)
      return { ...done, result: { db: options.db, unchangedSince: before, ...done.result } }
    }).pipe(Effect.provide(Ledger.layer(options.db, { mustExist: true })))
  )
).pipe(Command.withDescription("Remove settled batches that are long done, with all their facts"))
