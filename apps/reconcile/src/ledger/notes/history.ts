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
      errors: "How many batches gave no answer, after all retries. 0 until it ends."
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
