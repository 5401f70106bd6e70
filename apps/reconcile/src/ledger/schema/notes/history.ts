import { said } from "./common.js"
import type { ObjectNotes } from "./Note.js"

/** What was done with the file. It cannot be drawn again from facts. */
export const history: ReadonlyArray<ObjectNotes> = [
  {
    object: "reconcile_runs",
    layer: "history",
    note: "A run of ac-reconcile over the open batches.",
    columns: {
      reconcile_run_id: "A number in the order of runs.",
      started_at: "When the run began. UTC.",
      finished_at: "When it ended. UTC. NULL: it is under way, or was killed.",
      open_batches: "How many batches had not settled when it began.",
      answers: "How many of the answers it received said something new. 0 until it ends.",
      settled: "How many batches settled during the run. 0 until it ends.",
      errors:
        "How many times of trouble the run recorded: rows begun or continued in batch_errors and account_errors. 0 until it ends.",
      resolved: "How many contact IDs it learnt the addresses of. 0 until it ends.",
      looked_up: "How many addresses it looked up. 0 until it ends."
    }
  },
  {
    object: "outcome_changes",
    layer: "history",
    note: "A verdict on a contact of a settled batch that became another one.",
    columns: {
      outcome_change_id: "A number in the order of changes.",
      changed_at: "When the new verdict was drawn. UTC.",
      batch_id: said.batchId,
      email_key: said.emailKey,
      occurrence: said.occurrence,
      outcome_before: "The verdict until then.",
      outcome_after: "The verdict from then on."
    }
  },
  {
    object: "writer_lease",
    layer: "file",
    note: "The job that works on the file now. At most one row; one whose holder is gone is taken over.",
    columns: {
      writer_lease_id: "Always 1: one job at a time.",
      instance: "What tells this job from every other: a random ID, new in each process.",
      boot_id:
        "The start of the system it runs on; another after each restart. NULL: the system does not name it.",
      pid_namespace:
        "Where its process ID counts; containers have their own. NULL: the system does not name it.",
      host: "The name of the machine it runs on.",
      process_id: "Its process on that machine or in that container.",
      process_start:
        "When that process started, in ticks since boot and on which clock; a later process may get the same ID. NULL: not known.",
      taken_at: "When it began to work on the file, by its own clock. UTC.",
      renewals:
        "How often it has said since that it is still there: every 5 seconds, and with each transaction.",
      renewed_at: "When it last said so, by its own clock. UTC. Nothing is decided by it."
    }
  },
  {
    object: "schema_notes",
    layer: "file",
    note: "These notes: one for each table, view and column.",
    columns: {
      object: "The table or view.",
      column: "The column. Empty, not NULL, where the note is about the table or view itself.",
      note: "What it means, in short sentences."
    }
  }
]
