import * as Schema from "effect/Schema"
import { Attention, BatchId, Db, Plan, Summary, Time } from "./rows.js"

const { Array: List, Int, Literal, NullOr, String: Text, Struct, Union } = Schema

const BatchProblem = Struct({
  batch_id: BatchId,
  error: Text,
  message: Text,
  calls: Int.annotations({ description: "Calls that failed since the last answer" }),
  without_answer: Schema.Number.annotations({ description: "Milliseconds without an answer" }),
  answered_at: NullOr(Time)
})

const StepProblem = Struct({
  step: Literal("resolve", "lookup", "check"),
  error: Text,
  message: Text,
  calls: Int
})

const CheckPlan = Struct({
  contacts: Int.annotations({ description: "Contacts to look at" }),
  again: Int.annotations({
    description: "Those of them whose last answer did not have all of what was sent"
  }),
  method: Literal("pages", "one-by-one"),
  names: Int.annotations({
    description: "Calls for the names of fields, tags and lists and the exclusion list"
  }),
  calls: Int,
  budget: Int,
  affordable: Int.annotations({ description: "Contacts that can be looked at within the budget" })
}).annotations({ identifier: "CheckPlan" })

const Report = Struct({
  open: Int.annotations({ description: "Batches open when the run began, or added while it watched" }),
  settled: List(Struct({ batch_id: BatchId, status: Text })),
  still_open: Int,
  problems: List(Union(BatchProblem, StepProblem)),
  resolved: NullOr(Struct({ linked: Int, gone: Int, left: Int })),
  looked_up: NullOr(Struct({ plan: Plan, found: Int, absent: Int, left: Int })),
  checked: NullOr(
    Struct({
      plan: CheckPlan,
      looked: Int.annotations({
        description: "Sent contacts of which something was compared with what they were sent with"
      }),
      gone: Int.annotations({ description: "Sent contacts that were not in the account when asked for" }),
      left: Int,
      unseen: Int.annotations({
        description: "Contacts whose last answer did not have all of what was sent"
      }),
      sideloading: Literal("untried", "served", "without-lists", "ignored", "refused").annotations({
        description: "Whether the account's answers have fields, tags and lists"
      })
    })
  ),
  calls_for_names: Int.annotations({
    description: "Calls for the names of fields, tags and lists and the exclusion list"
  }),
  stopped: NullOr(Literal("idle", "busy")).annotations({
    description: "How run --watch was stopped: with nothing left to do, or with work under way"
  })
})

const Changes = Struct({ settled: Int, found: Int, lost: Int, changed: Int, unchanged: Int }).annotations({
  description: "How outcomes differ from those before the last run"
})

const FailedOn = List(
  Struct({
    condition: Text,
    count: Int.annotations({ description: "Contacts, findings, batches or sent values" }),
    of: NullOr(Int).annotations({
      description: "Contacts or sent values in all; null for findings and batches"
    }),
    says: Text
  })
).annotations({ description: "The conditions of --fail-on that apply, whatever the exit code" })

export const Run = Struct({
  db: Db,
  run: Report,
  summary: Summary,
  changes: Changes,
  failed_on: FailedOn,
  attention: Attention
})

export const Check = Union(Run, Struct({ db: Db, plan: CheckPlan }))

export const Lookup = Union(Run, Struct({ db: Db, plan: Plan }))

export const Reconcile = Struct({
  db: Db,
  rebuilt: Schema.Boolean,
  batches: Int.annotations({ description: "Batches whose outcomes were recomputed" }),
  changed: Int.annotations({ description: "Contacts whose outcome changed" }),
  summary: Summary,
  failed_on: FailedOn
})

export const Status = Struct({
  batch_id: BatchId,
  status: Text,
  settled: Schema.Boolean,
  success: NullOr(List(Text)).annotations({ description: "Contact IDs; null if the list was not reported" }),
  failure: NullOr(List(Text)).annotations({ description: "Addresses; null if the list was not reported" }),
  unreadable: List(
    Struct({
      list: Literal("success", "failure"),
      position: NullOr(Int).annotations({ description: "From 0; null if the list itself was no list" }),
      value: Text
    })
  )
})

export const Wait = Struct({
  batches: List(
    Struct({
      batch_id: BatchId,
      settled: Schema.Boolean,
      status: NullOr(Text),
      success: NullOr(List(Text)),
      failure: NullOr(List(Text)),
      error: NullOr(Text).annotations({ description: "Why there was no answer" })
    })
  )
})
