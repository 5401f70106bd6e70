import * as Command from "@effect/cli/Command"
import { application, batches, contacts, exports, type Parser, root } from "./commandTree.js"
import type { exportCommands as ExportCommands } from "./commands/export.js"
import { syntaxOf } from "./shell/syntax.js"

/** The parser of a tree that holds one command alone: it reads a call of that command as the whole tree would. */
const alone = <Name extends string, R, E, A>(command: Command.Command<Name, R, E, A>) => ({
  run: Command.run(Command.withSubcommands(root, [command]), application),
  syntax: syntaxOf([command])
})

const ofContacts = <Name extends string, R, E, A>(command: Command.Command<Name, R, E, A>) => ({
  run: alone(Command.withSubcommands(contacts, [command])).run,
  syntax: syntaxOf([], { contacts: [command] })
})

const ofBatches = <Name extends string, R, E, A>(command: Command.Command<Name, R, E, A>) => ({
  run: alone(Command.withSubcommands(batches, [command])).run,
  syntax: syntaxOf([], { batches: [command] })
})

const ofExports = (commands: typeof ExportCommands) => ({
  run: alone(Command.withSubcommands(exports, commands)).run,
  syntax: syntaxOf([], { export: commands })
})

type Load = () => Promise<Parser>

const commands: Readonly<Record<string, Load>> = {
  init: async () => alone((await import("./commands/init.js")).init),
  doctor: async () => alone((await import("./commands/doctor.js")).doctor),
  demo: async () => alone((await import("./commands/demo.js")).demo),
  complete: async () => alone((await import("./commands/complete.js")).complete),
  completions: async () => alone((await import("./commands/completions.js")).completions),
  run: async () => alone((await import("./commands/run.js")).run),
  resolve: async () => alone((await import("./commands/resolve.js")).resolve),
  lookup: async () => alone((await import("./commands/lookup.js")).lookup),
  check: async () => alone((await import("./commands/check.js")).check),
  reconcile: async () => alone((await import("./commands/reconcile.js")).reconcile),
  explain: async () => alone((await import("./commands/explain.js")).explain),
  report: async () => alone((await import("./commands/report.js")).report),
  status: async () => alone((await import("./commands/status.js")).status),
  wait: async () => alone((await import("./commands/wait.js")).wait),
  export: async () => ofExports((await import("./commands/export.js")).exportCommands),
  query: async () => alone((await import("./commands/query.js")).query),
  schedule: async () => alone((await import("./commands/schedule.js")).schedule),
  schema: async () => alone((await import("./commands/schema.js")).schema),
  snapshot: async () => alone((await import("./commands/snapshot.js")).snapshot),
  "support-bundle": async () => alone((await import("./commands/supportBundle.js")).supportBundle),
  purge: async () => alone((await import("./commands/purge.js")).purge),
  erase: async () => alone((await import("./commands/erase.js")).erase)
}

const groups: Readonly<Record<string, Readonly<Record<string, Load>>>> = {
  contacts: {
    load: async () => ofContacts((await import("./commands/contactsLoad.js")).contactsLoad),
    remove: async () => ofContacts((await import("./commands/contactsRemove.js")).contactsRemove)
  },
  batches: {
    add: async () => ofBatches((await import("./commands/batchesAdd.js")).batchesAdd),
    list: async () => ofBatches((await import("./commands/batchesShow.js")).batchesList),
    show: async () => ofBatches((await import("./commands/batchesShow.js")).batchesShow),
    remove: async () => ofBatches((await import("./commands/batchesRemove.js")).batchesRemove)
  }
}

const at = <A>(table: Readonly<Record<string, A>>, word: string): A | undefined =>
  Object.hasOwn(table, word) ? table[word] : undefined

/** The wizard covers all commands, whichever is named. */
const isAboutAll = (arg: string) => /^--wizard/i.test(arg)

/** Loads the one command that is called; undefined if it is unknown or all are needed. */
export const oneCommand = (args: ReadonlyArray<string>): Load | undefined => {
  if (args.some(isAboutAll)) return undefined
  const [first = "", second = ""] = args
  return at(commands, first) ?? at(at(groups, first) ?? {}, second)
}
