import { said } from "./common.js"
import type { ObjectNotes } from "./Note.js"

/** What was done with the file. It cannot be recomputed from facts. */
export const history: ReadonlyArray<ObjectNotes> = [
  {
    object: "reconcile_runs",
    layer: "history",
    note: "A run of ac-reconcile over the open batches.",
    columns: {
      reconcile_run_id: "A number in the order of runs.",
      started_at: "When the run began. UTC.",
      finished_at: "When it ended. UTC. NULL: it is still running, or was killed.",
      open_batches: "Batches that had not settled when it began.",
      answers: "Answers that said something new. 0 until it ends.",
      settled: "Batches that settled during the run. 0 until it ends.",
      errors: "Rows that the run added to or updated in batch_errors and account_errors. 0 until it ends.",
      resolved: "Contact IDs whose addresses the run found out. 0 until it ends.",
      looked_up: "Addresses that it looked up. 0 until it ends.",
      exit_code: "The exit code of its command. NULL: it is still running, or was killed.",
      reason:
        "Why it had that exit code, in a few words that stay the same from run to run. NULL: as exit_code."
    }
  },
  {
    object: "outcome_changes",
    layer: "history",
    note: "A changed outcome of a contact of a settled batch.",
    columns: {
      outcome_change_id: "A number in the order of changes.",
      changed_at: "When the new outcome was recorded. UTC.",
      batch_id: said.batchId,
      email_key: said.emailKey,
      occurrence: said.occurrence,
      outcome_before: "The outcome until then.",
      outcome_after: "The outcome from then on."
    }
  },
  {
    object: "purges",
    layer: "history",
    note: "A purge: old batches that were removed with their facts, and are in no total any more.",
    columns: {
      purge_id: "A number in the order of purges.",
      purged_at: "When it was done. UTC.",
      unchanged_since: "Batches about which nothing had been learnt since then were removed. UTC.",
      batches: "Removed batches.",
      sent_contacts: "Contacts that had been sent in them."
    }
  },
  {
    object: "purged_batches",
    layer: "history",
    note: "The ID of a batch that was purged. A load leaves out contacts that name it; 'batches add --id' brings it back.",
    columns: { batch_id: said.batchId }
  },
  {
    object: "writer_lease",
    layer: "file",
    note: "The job that is writing to the file now. At most one row. If its process is gone, the next job takes it over.",
    columns: {
      writer_lease_id: "Always 1: one job at a time.",
      instance: "A random ID that is new in each process.",
      boot_id: "The boot ID of the system it runs on, new after each restart. NULL: not known.",
      pid_namespace: "The process namespace of its process ID: each container has its own. NULL: not known.",
      host: "The name of the machine it runs on.",
      process_id: "Its process ID on that machine or in that container.",
      process_start:
        "When that process started: ticks since boot, and the clock they are on. It distinguishes a later process with the same ID. NULL: not known.",
      taken_at: "When it began, by its own clock. UTC.",
      renewals: "How often it has renewed the lease: every 5 seconds, and with each transaction.",
      renewed_at:
        "When it last renewed the lease, by its own clock. UTC. For people only: no decision depends on it."
    }
  },
  {
    object: "schema_notes",
    layer: "file",
    note: "These notes: one for each table, view and column.",
    columns: {
      object: "The table or view.",
      column: "The column. Empty (not NULL) if the note is about the table or view itself.",
      note: "What it means."
    }
  }
]
