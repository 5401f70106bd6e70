import * as Command from "@effect/cli/Command"
import { batchesAdd } from "./batchesAdd.js"
import { batchesRemove } from "./batchesRemove.js"
import { batchesList, batchesShow } from "./batchesShow.js"
import { application, batches, contacts, exports, type Parser, root } from "./commandTree.js"
import { contactsLoad } from "./contactsLoad.js"
import { contactsRemove } from "./contactsRemove.js"
import { demo } from "./demo.js"
import { erase } from "./erase.js"
import { explain } from "./explain.js"
import { exportCommands } from "./exports.js"
import { lookup } from "./lookup.js"
import { query } from "./query.js"
import { reconcile } from "./reconcile.js"
import { resolve } from "./resolve.js"
import { run } from "./run.js"
import { schema } from "./schema.js"
import { syntaxOf } from "./shell/syntax.js"
import { snapshot } from "./snapshot.js"
import { status } from "./status.js"

const ofContacts = [contactsLoad, contactsRemove] as const
const ofBatches = [batchesAdd, batchesList, batchesShow, batchesRemove] as const

const command = Command.withSubcommands(root, [
  demo,
  Command.withSubcommands(contacts, ofContacts),
  Command.withSubcommands(batches, ofBatches),
  run,
  resolve,
  lookup,
  reconcile,
  explain,
  status,
  Command.withSubcommands(exports, exportCommands),
  query,
  schema,
  snapshot,
  erase
])

export const all: Parser = {
  run: Command.run(command, application),
  syntax: syntaxOf([demo, run, resolve, lookup, reconcile, explain, status, query, schema, snapshot, erase], {
    contacts: ofContacts,
    batches: ofBatches,
    export: exportCommands
  })
}
