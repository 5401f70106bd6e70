import type * as Schema from "effect/Schema"
import * as File from "./fileData.js"
import * as Load from "./loadData.js"
import { ReportData } from "../../report/ReportData.js"
import * as Run from "./runData.js"

/** What each command with `--json` gives as `data`. */
export const commandData = {
  "batches add": Load.BatchesAdd,
  "batches list": File.BatchesList,
  "batches remove": File.BatchesRemove,
  "batches show": File.BatchesShow,
  check: Run.Check,
  "contacts load": Load.ContactsLoad,
  "contacts remove": File.ContactsRemove,
  demo: Run.Run,
  doctor: File.Doctor,
  erase: File.Erase,
  explain: File.Explain,
  init: File.Init,
  lookup: Run.Lookup,
  purge: File.Purge,
  reconcile: Run.Reconcile,
  report: ReportData,
  resolve: Run.Run,
  run: Run.Run,
  schedule: File.Schedule,
  schema: File.FileSchema,
  snapshot: File.Snapshot,
  status: Run.Status,
  "support-bundle": File.SupportBundle,
  wait: Run.Wait
} as const

export type JsonCommand = keyof typeof commandData

export type DataOf<Command extends JsonCommand> = Schema.Schema.Type<(typeof commandData)[Command]>
