import { resolve } from "node:path"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Ledger from "../../ledger/Ledger.js"
import { whileLeased } from "../../ledger/lease/Lease.js"
import * as Removals from "../../ledger/erase/Removals.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"
import { db, json } from "../shell/options.js"
import { describeRemoval, notDone, yes } from "../output/removalText.js"
import { respond } from "../shell/respond.js"
import { batchesOf, blocks, printable } from "../output/text.js"
import { shellCall } from "../../text/shellCall.js"

const source = Options.text("source").pipe(
  Options.withDescription(
    "The name of the source: the path of its file, or the name given when it was loaded"
  )
)

const shown = 10

/** A source of the file, by its name or by its path as typed. */
const knownSource = (file: string, name: string) =>
  Effect.gen(function* () {
    const sources = yield* Removals.sources
    const found =
      sources.find((one) => one.name === name) ?? sources.find((one) => one.name === resolve(name))
    if (found !== undefined) return found
    const wanted = name.toLowerCase()
    const near = sources.filter((one) => one.name.toLowerCase().includes(wanted))
    const listed = (near.length > 0 ? near : sources).slice(0, shown).map((one) => `'${printable(one.name)}'`)
    return yield* new ConfigurationError({
      problem: `${file} has no source '${printable(name)}'.`,
      hint:
        sources.length === 0
          ? "It has no sources: nothing was loaded."
          : near.length > 0
            ? `It has ${listed.join(" and ")}.`
            : `It has ${listed.join(", ")}${sources.length > shown ? " and others; 'ac-reconcile query \"SELECT name FROM local_sources\"' lists them" : ""}.`
    })
  })

export const contactsRemove = Command.make("remove", { source, yes, db, json }, (options) =>
  respond(
    "contacts remove",
    options.json,
    Effect.gen(function* () {
      const known = yield* knownSource(options.db, options.source)
      const removal = Removals.removeSource(known)
      const report = yield* options.yes ? whileLeased(removal) : Removals.preview(removal)
      const [first, ...others] = report.emptied
      return {
        text: blocks(
          printable(
            options.yes
              ? `${options.db}: source '${known.name}' removed.`
              : `${options.db}: removing source '${known.name}' would delete:`
          ),
          ...describeRemoval(report, options.yes),
          first === undefined
            ? ""
            : printable(
                others.length === 0
                  ? `Batch ${first} ${options.yes ? "has" : "would have"} no sent contacts left. Remove it with: ${shellCall("batches remove", options.db, first)}`
                  : `${batchesOf(report.emptied.length)} ${options.yes ? "have" : "would have"} no sent contacts left: ${report.emptied.slice(0, shown).join(", ")}${report.emptied.length > shown ? " …" : ""}. Remove them with 'ac-reconcile batches remove ID …'.`
              ),
          options.yes ? "" : notDone
        ),
        result: { db: options.db, source: known.name, done: options.yes, ...report }
      }
    }).pipe(Effect.provide(Ledger.layer(options.db, { mustExist: true })))
  )
).pipe(Command.withDescription("Remove a source, and what only it says was sent"))
