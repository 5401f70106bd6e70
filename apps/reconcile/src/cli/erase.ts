import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import { erase as eraseFrom, held } from "../ledger/Erase.js"
import { search, searchBytes } from "../ledger/erase/search.js"
import { keptCopies } from "../ledger/keptCopies.js"
import * as Ledger from "../ledger/Ledger.js"
import { whileLeased } from "../ledger/lease.js"
import { ExitCode } from "./ExitCode.js"
import { db, json } from "./options.js"
import { type Response, respond } from "./respond.js"
import { blocks, columns, plural, printable } from "./text.js"

const address = Args.text({ name: "address" }).pipe(
  Args.mapEffect((text) =>
    text.startsWith("-") || !text.includes("@")
      ? Effect.fail(HelpDoc.p(`'${text}' is not an e-mail address.`))
      : Effect.succeed(text)
  ),
  Args.withDescription("The address of the person to take out of the file")
)

const yes = Options.boolean("yes").pipe(Options.withDescription("Do it; without, only what is held is shown"))

const tableOf = (rows: ReadonlyArray<{ readonly table: string; readonly rows: number }>) =>
  columns(rows.map(({ rows: count, table }) => [table, plural(count, "row")]))

const show = (file: string, subject: string) =>
  Effect.map(held(subject), ({ contactIds, held: rows, key }) => ({
    text:
      rows.length === 0
        ? `${file} holds nothing of ${printable(key)}.`
        : blocks(
            printable(
              `${file} holds ${key}${contactIds.length > 0 ? `, contact ID ${contactIds.join(", ")}` : ""}:`
            ),
            tableOf(rows),
            "Nothing was changed. Run again with --yes to erase it; that cannot be undone."
          ),
    result: { db: file, emailKey: key, contactIds, held: rows, erased: false }
  }))

const remove = (file: string, subject: string) =>
  Effect.gen(function* () {
    const copies = yield* keptCopies(file)
    const erased = yield* whileLeased(eraseFrom(subject))
    const remaining = yield* search(file, erased.person)
    const read = searchBytes(file, erased.spellings)
    const proof =
      remaining.length > 0
        ? `It still stands in ${remaining.map(({ place, rows }) => `${place} (${plural(rows, "row")})`).join(", ")}, which this command does not write.`
        : read.occurrences === 0
          ? `Searched every column of every table, and all ${read.bytes.toLocaleString("en-US")} bytes of the file: the address stands nowhere.`
          : `Searched every column of every table: the address stands nowhere. ${plural(read.occurrences, "place")} of the file's bytes ${read.occurrences === 1 ? "holds" : "hold"} the same letters within other addresses.`
    return {
      text: blocks(
        erased.held.length === 0
          ? printable(`${file} holds nothing of ${erased.person.key}.`)
          : `Erased; ${erased.token} stands in its place, so that all totals stay as they were.`,
        tableOf(erased.held),
        printable(proof),
        ...(erased.sharedIds.length > 0
          ? [
              printable(
                `Contact ID ${erased.sharedIds.join(", ")} stays: another address is linked to it, too.`
              )
            ]
          : []),
        ...(copies.length > 0
          ? [printable(`Kept from before a migration, and not searched: ${copies.join(", ")}.`)]
          : []),
        "Copies are yours to erase: files the contacts were loaded from (loading them again brings the address back), rejects files, exports, snapshots."
      ),
      result: {
        db: file,
        held: erased.held,
        erased: erased.held.length > 0,
        token: erased.held.length > 0 ? erased.token : null,
        sharedIds: erased.sharedIds,
        keptCopies: copies,
        remaining,
        bytesSearched: read.bytes,
        occurrencesInBytes: read.occurrences
      },
      exitCode: remaining.length > 0 ? ExitCode.unexpected : ExitCode.done
    }
  })

export const erase = Command.make("erase", { address, yes, db, json }, (options) =>
  respond(
    "erase",
    options.json,
    Effect.gen(function* () {
      // Also where the tables hold nothing any more: one that was killed may have left pages to tidy up.
      const response: Response = options.yes
        ? yield* remove(options.db, options.address)
        : yield* show(options.db, options.address)
      return response
    }).pipe(Effect.provide(Ledger.layer(options.db, { mustExist: true })))
  )
).pipe(
  Command.withDescription("Take one person out of every table, bodies as received included, and prove it")
)
