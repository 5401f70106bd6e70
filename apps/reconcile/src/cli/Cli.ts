import * as Command from "@effect/cli/Command"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type LeaseEvent, OnLease } from "../ledger/lease.js"
import { type Migration, OnMigration } from "../ledger/OnMigration.js"
import { schemaVersion } from "../ledger/migrations.js"
import { OnPrivateCopy, type PrivateCopy } from "../ledger/OnPrivateCopy.js"
import { batchesAdd } from "./batchesAdd.js"
import { batchesRemove } from "./batchesRemove.js"
import { batchesList, batchesShow } from "./batchesShow.js"
import { withParserConsole } from "./console.js"
import { contactsLoad } from "./contactsLoad.js"
import { contactsRemove } from "./contactsRemove.js"
import { demo } from "./demo.js"
import { erase } from "./erase.js"
import { explain } from "./explain.js"
import { exportCommands } from "./exports.js"
import { withReadableHelp } from "./help.js"
import { lookup } from "./lookup.js"
import { query } from "./query.js"
import { reconcile } from "./reconcile.js"
import { resolve } from "./resolve.js"
import { run } from "./run.js"
import { schema } from "./schema.js"
import { type Call, callOf, sqlIsNoOption, syntaxOf, takesNext } from "./shell/syntax.js"
import { withUsage } from "./shell/usage.js"
import { snapshot } from "./snapshot.js"
import { status } from "./status.js"

const ofContacts = [contactsLoad, contactsRemove] as const
const ofBatches = [batchesAdd, batchesList, batchesShow, batchesRemove] as const

const contacts = Command.make("contacts").pipe(
  Command.withDescription("Your own contact records"),
  Command.withSubcommands(ofContacts)
)

const batches = Command.make("batches").pipe(
  Command.withDescription("The bulk imports this file knows of"),
  Command.withSubcommands(ofBatches)
)

const exports = Command.make("export").pipe(
  Command.withDescription("Take what is known out of the file, with the columns of your own sources"),
  Command.withSubcommands(exportCommands)
)

const command = Command.make("ac-reconcile").pipe(
  Command.withDescription("Know what became of every contact you bulk-imported into ActiveCampaign"),
  Command.withSubcommands([
    demo,
    contacts,
    batches,
    run,
    resolve,
    lookup,
    reconcile,
    explain,
    status,
    exports,
    query,
    schema,
    snapshot,
    erase
  ])
)

const syntax = syntaxOf(
  [demo, run, resolve, lookup, reconcile, explain, status, query, schema, snapshot, erase],
  { contacts: ofContacts, batches: ofBatches, export: exportCommands }
)

/**
 * The parser takes a lone `-` for an option and gives up on all that follows it, so as the name of a file it
 * is moved to the end.
 */
const standardInputLast = (args: ReadonlyArray<string>): ReadonlyArray<string> => {
  const call = callOf(syntax, args)
  const isFile = (arg: string, at: number) => arg === "-" && !takesNext(call.syntax, args[at - 1] ?? "")
  return [...args.filter((arg, at) => !isFile(arg, at)), ...args.filter(isFile)]
}

/** Without a subcommand, the parser answers with help. */
const isHelp = (args: ReadonlyArray<string>, { rest, syntax }: Call) =>
  args.some((arg) => arg === "--help" || arg === "-h") || (rest.length === 0 && syntax.subcommands.size > 0)

const tellMigration = ({ copy, file, from, to }: Migration) =>
  Console.error(
    `ac-reconcile: ${file} has schema ${from} and is brought to schema ${to}. As it was, it is kept in ${copy}.`
  )

const tellLease = ({ _tag, file, host, patience, processId }: LeaseEvent) => {
  const other = `process ${processId} on ${host}`
  const seconds = Duration.toSeconds(patience)
  return Console.error(
    _tag === "Watching"
      ? `ac-reconcile: ${file} is marked as in use by ${other}, which cannot be seen from here. Waiting up to ${seconds} seconds for a sign of life.`
      : `ac-reconcile: ${other} gave no sign of life for ${seconds} seconds; taking over its work on ${file}.`
  )
}

const tellPrivateCopy = ({ file, why }: PrivateCopy) =>
  Console.error(
    why === "older"
      ? `ac-reconcile: ${file} has an older schema. It was left as it is, and a temporary copy brought to schema ${schemaVersion} is read; a command that writes, such as 'ac-reconcile reconcile', brings the file itself to it.`
      : `ac-reconcile: ${file} cannot be read where it is, as its folder cannot be written; a temporary copy is read.`
  )

export const cli = (version: string) => {
  const run = Command.run(command, { name: "ac-reconcile", version })
  return (argv: ReadonlyArray<string>) => {
    const args = standardInputLast(sqlIsNoOption(syntax, argv.slice(2)))
    const call = callOf(syntax, args)
    const asked = run([...argv.slice(0, 2), ...args])
    // A command that does something prints what it found out, which must not be taken for help.
    return (isHelp(args, call) ? withReadableHelp(args)(asked) : asked).pipe(
      withParserConsole,
      withUsage(call),
      Effect.provideService(OnMigration, tellMigration),
      Effect.provideService(OnLease, tellLease),
      Effect.provideService(OnPrivateCopy, tellPrivateCopy)
    )
  }
}
