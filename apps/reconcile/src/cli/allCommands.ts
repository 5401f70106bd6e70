import * as Command from "@effect/cli/Command"
import { batchesAdd } from "./commands/batchesAdd.js"
import { batchesRemove } from "./commands/batchesRemove.js"
import { batchesList, batchesShow } from "./commands/batchesShow.js"
import { application, batches, contacts, exports, type Parser, root } from "./commandTree.js"
import { completions } from "./commands/completions.js"
import { contactsLoad } from "./commands/contactsLoad.js"
import { contactsRemove } from "./commands/contactsRemove.js"
import { demo } from "./commands/demo.js"
import { doctor } from "./commands/doctor.js"
import { erase } from "./commands/erase.js"
import { explain } from "./commands/explain.js"
import { exportCommands } from "./commands/export.js"
import { init } from "./commands/init.js"
import { check } from "./commands/check.js"
import { lookup } from "./commands/lookup.js"
import { purge } from "./commands/purge.js"
import { query } from "./commands/query.js"
import { reconcile } from "./commands/reconcile.js"
import { report } from "./commands/report.js"
import { resolve } from "./commands/resolve.js"
import { run } from "./commands/run.js"
import { schedule } from "./commands/schedule.js"
import { schema } from "./commands/schema.js"
import { syntaxOf } from "./shell/syntax.js"
import { snapshot } from "./commands/snapshot.js"
import { status } from "./commands/status.js"
import { supportBundle } from "./commands/supportBundle.js"
import { wait } from "./commands/wait.js"

const ofContacts = [contactsLoad, contactsRemove] as const
const ofBatches = [batchesAdd, batchesList, batchesShow, batchesRemove] as const

const toBegin = [init, doctor, demo, completions] as const
const toFindOut = [run, resolve, lookup, check, reconcile, report, explain, status, wait] as const
const toUseTheFile = [query, schema, schedule, supportBundle, snapshot, purge, erase] as const

const command = Command.withSubcommands(root, [
  ...toBegin,
  Command.withSubcommands(contacts, ofContacts),
  Command.withSubcommands(batches, ofBatches),
  ...toFindOut,
  Command.withSubcommands(exports, exportCommands),
  ...toUseTheFile
])

export const all: Parser = {
  run: Command.run(command, application),
  syntax: syntaxOf([...toBegin, ...toFindOut, ...toUseTheFile], {
    contacts: ofContacts,
    batches: ofBatches,
    export: exportCommands
  })
}
