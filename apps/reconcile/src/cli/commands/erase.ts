import { basename } from "node:path"
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import { erase as eraseFrom, whereHeld } from "../../ledger/erase/Erase.js"
import { searchBeside } from "../../ledger/erase/beside.js"
import { searchBytes } from "../../ledger/erase/fileBytes.js"
import { askedAddress, personOf } from "../../ledger/erase/person.js"
import { type Remaining, search, searchReadOnly } from "../../ledger/erase/search.js"
import type { Tidied } from "../../ledger/erase/tidy.js"
import { keptCopies, realPath } from "../../ledger/file/keptCopies.js"
import * as Ledger from "../../ledger/Ledger.js"
import { LedgerError } from "../../ledger/LedgerError.js"
import { whileLeased } from "../../ledger/lease/Lease.js"
import { thousands } from "../../text/numbers.js"
import { shellCall } from "../../text/shellCall.js"
import { ExitCode } from "../shell/ExitCode.js"
import { db, json } from "../shell/options.js"
import { respond } from "../shell/respond.js"
import { blocks, columns, plural, printable } from "../output/text.js"

/** The first of many, and how many more there are. */
const some = (all: ReadonlyArray<string>) =>
  all.length <= 5 ? all.join(", ") : `${all.slice(0, 5).join(", ")} and ${plural(all.length - 5, "other")}`

const moreThanAnAddress = (text: string, within: ReadonlyArray<string>) =>
  within.length === 1
    ? `'${text}' is not a plain address. Give only ${within[0]}: rows that contain it among other words are found too.`
    : `'${text}' is more than one address. Give one at a time: ${some(within)}.`

const address = Args.text({ name: "address" }).pipe(
  Args.mapEffect((text) => {
    const asked = askedAddress(text)
    if ("within" in asked) return Effect.fail(HelpDoc.p(moreThanAnAddress(text, asked.within)))
    return !asked.address.includes("@")
      ? Effect.fail(HelpDoc.p(`'${text}' is not an e-mail address.`))
      : Effect.succeed(asked.address)
  }),
  Args.withDescription("The address of the person to remove")
)

const yes = Options.boolean("yes").pipe(Options.withDescription("Do it; without, only what is held is shown"))

const tableOf = (rows: ReadonlyArray<{ readonly table: string; readonly rows: number }>) =>
  columns(rows.map(({ rows: count, table }) => [table, plural(count, "row")]))

const placesOf = (places: ReadonlyArray<Remaining>) =>
  places.map(({ place, rows }) => `${place} (${plural(rows, "row")})`).join(", ")

const show = (file: string, subject: string) =>
  Effect.gen(function* () {
    const { contactIds, held: rows, key, keys } = yield* whereHeld(subject)
    const found = yield* searchReadOnly(file, personOf(subject))
    const spelled = keys.filter((one) => one !== key)
    return {
      text:
        rows.length === 0 && found.remaining.length === 0
          ? printable(`${file} has nothing about ${key}.`)
          : blocks(
              printable(
                `${file} has data about ${key}${contactIds.length > 0 ? `, contact ID ${contactIds.join(", ")}` : ""}:`
              ),
              tableOf(rows),
              printable(
                spelled.length === 0 ? "" : `Also spelled ${some(spelled.map((one) => `'${one}'`))}.`
              ),
              printable(`The address is in ${placesOf(found.remaining)}.`),
              "Nothing was changed. Run again with --yes to erase it; this cannot be undone."
            ),
      result: {
        db: file,
        emailKey: key,
        keys,
        contactIds,
        held: rows,
        places: found.remaining,
        erased: false as const
      }
    }
  }).pipe(Effect.provide(Ledger.layerReadOnly(file)))

/** Why erasing could not be verified, and what to do. The log is next to the file itself, not next to a link. */
const untidy = (log: string, tidied: Exclude<Tidied, { readonly done: true }>, command: string) => {
  const { because, openIn, reason } = tidied
  const who = openIn.length === 0 ? "" : ` It is open in process ${openIn.join(", ")}.`
  const consequence =
    because === "log"
      ? `so the log ${log} could not be emptied and may still contain erased data`
      : "so the file could not be rewritten, and its unused pages may still contain erased data"
  const remedy =
    because === "failed"
      ? `Fix that and run the same command again: ${command}`
      : `Close that program (a query, a database browser) and run the same command again: ${command}`
  return because === "failed"
    ? `The file could not be rewritten (${reason}), and its unused pages may still contain erased data. ${remedy}`
    : `Not proven: ${reason}, ${consequence}.${who} ${remedy}`
}

const eraseAndSearch = (subject: string) =>
  Effect.gen(function* () {
    const erased = yield* whileLeased(eraseFrom(subject))
    return { erased, found: yield* search(erased.person) }
  })

const remove = (file: string, subject: string) =>
  Effect.gen(function* () {
    const { erased, found } = yield* Effect.provide(
      eraseAndSearch(subject),
      Ledger.layer(file, { mustExist: true })
    )
    const { others, remaining, unread } = found
    // SQLite no longer has the file open in this process; closing it here would otherwise drop its locks.
    const ledger = yield* Effect.mapError(
      searchBytes(file, erased.person, others),
      ({ reason }) =>
        new LedgerError({
          file,
          kind: "failed",
          reason: `its bytes cannot be searched (${reason}), so nothing proves that the address is gone. Make the file readable, and run the same command again.`
        })
    )
    const beside = yield* searchBeside(file, erased.person, others)
    const command = shellCall("erase --yes", file, subject)
    const holding = beside.read.filter(({ unexplained }) => unexplained > 0)
    const copies = yield* keptCopies(file)
    const isProven =
      erased.tidied.done && remaining.length === 0 && unread.length === 0 && ledger.unexplained === 0
    const isEverywhereGone = isProven && holding.length === 0 && beside.unsearched.length === 0
    const proof = [
      ...(erased.tidied.done ? [] : [untidy(`${yield* realPath(file)}-wal`, erased.tidied, command)]),
      ...(remaining.length === 0
        ? []
        : [
            `The address is still in ${placesOf(remaining)}, which this command does not change. Remove it there and run the same command again: ${command}`
          ]),
      ...unread.map(({ reason, table }) => `The table ${table} could not be read (${reason}).`),
      ...(erased.tidied.done && remaining.length === 0 && ledger.unexplained > 0
        ? [
            `No column of any table contains the address, but ${plural(ledger.unexplained, "place")} in the bytes of the file ${ledger.unexplained === 1 ? "does" : "do"}. Run the same command again to rewrite the file: ${command}`
          ]
        : []),
      ...(isProven
        ? [
            `Searched every column of every table and all ${thousands(ledger.bytes)} bytes of the file: ${isEverywhereGone ? "the address is gone" : "the address is no longer in it"}.`
          ]
        : []),
      ...(isProven && others.size > 0
        ? [
            `It is also part of ${plural(others.size, "longer address", "longer addresses")}, which ${others.size === 1 ? "was" : "were"} kept: ${some([...others.keys()])}.`
          ]
        : []),
      ...(holding.length > 0
        ? [
            `It is still in ${holding.map(({ path }) => path).join(", ")}, next to the ledger. ${holding.length === 1 ? "That file was" : "Those files were"} left unchanged; delete ${holding.length === 1 ? "it" : "them"} when you no longer need ${holding.length === 1 ? "it" : "them"}.`
          ]
        : []),
      ...beside.unsearched.map(
        ({ path, reason }) =>
          `${path}, next to the ledger, could not be searched (${reason}) and may still contain the address. Check it yourself, move or delete it, and run the same command again: ${command}`
      )
    ]
    return {
      text: blocks(
        erased.held.length === 0
          ? printable(`The tables of ${file} have nothing about ${erased.keys[0] ?? subject}.`)
          : `Erased. ${erased.token} replaces it, so the totals of contacts and outcomes stay the same. Its sent values and changes of consent are no longer counted.`,
        tableOf(erased.held),
        ...proof.map((line) => printable(line)),
        ...(erased.sharedIds.length > 0
          ? [
              printable(
                `Contact ID ${erased.sharedIds.join(", ")} was kept because another address is linked to it too.`
              )
            ]
          : []),
        ...(beside.read.length > 0
          ? [
              printable(
                `Also searched byte by byte: ${beside.read.map(({ path }) => basename(path)).join(", ")}.`
              )
            ]
          : []),
        "Erase copies elsewhere yourself: files the contacts were loaded from (loading them again brings the address back), rejects files, exports, reports, event logs, logs with addresses, and snapshots."
      ),
      result: {
        db: file,
        held: erased.held,
        keys: erased.keys,
        erased: erased.held.length > 0,
        proven: isEverywhereGone,
        token: erased.held.length > 0 ? erased.token : null,
        sharedIds: erased.sharedIds,
        tidied: erased.tidied,
        keptCopies: copies,
        remaining,
        unread,
        bytesSearched: ledger.bytes,
        occurrencesInBytes: ledger.occurrences,
        unexplainedInBytes: ledger.unexplained,
        longerAddresses: others.size,
        filesBeside: beside.read,
        unsearchedBeside: beside.unsearched
      },
      exitCode: !erased.tidied.done
        ? ExitCode.database
        : isEverywhereGone
          ? ExitCode.done
          : ExitCode.unexpected
    }
  })

export const erase = Command.make("erase", { address, yes, db, json }, (options) =>
  respond(
    "erase",
    options.json,
    Effect.gen(function* () {
      // Even if the tables have nothing left: a killed command may have left pages to clean up.
      if (!options.yes) return yield* show(options.db, options.address)
      return yield* remove(options.db, options.address)
    })
  )
).pipe(
  Command.withDescription("Remove one person from every table, including stored responses, then verify it")
)
