import * as Command from "@effect/cli/Command"
import { batchesAdd } from "./batchesAdd.js"
import { batchesList, batchesShow } from "./batchesShow.js"
import { contactsLoad } from "./contactsLoad.js"
import { demo } from "./demo.js"
import { exportOutcomes } from "./exportOutcomes.js"
import { query } from "./query.js"
import { run } from "./run.js"
import { status } from "./status.js"

const contacts = Command.make("contacts").pipe(
  Command.withDescription("Your own contact records"),
  Command.withSubcommands([contactsLoad])
)

const batches = Command.make("batches").pipe(
  Command.withDescription("The bulk imports this file knows of"),
  Command.withSubcommands([batchesAdd, batchesList, batchesShow])
)

const exports = Command.make("export").pipe(
  Command.withDescription("Take conclusions out of the file"),
  Command.withSubcommands([exportOutcomes])
)

const command = Command.make("ac-reconcile").pipe(
  Command.withDescription("Know what became of every contact you bulk-imported into ActiveCampaign"),
  Command.withSubcommands([demo, contacts, batches, run, status, exports, query])
)

export const cli = (version: string) => Command.run(command, { name: "ac-reconcile", version })
