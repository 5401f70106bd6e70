import * as Schema from "effect/Schema"
import { Comparison, Kind } from "../../asSent/SentMember.js"
import { Bundle } from "../support/Bundle.js"
import {
  Batch,
  BatchId,
  Contact,
  Db,
  Finding,
  Outcome,
  SentMember,
  Stalled,
  TableRows,
  Time
} from "./rows.js"

const { Array: List, Boolean: Flag, Int, Literal, NullOr, String: Text, Struct, Union } = Schema

const Trouble = Struct({ first_at: Time, last_at: Time, times: Int, error: Text, message: Text }).annotations(
  {
    description: "The time without an answer that still lasts"
  }
)

export const BatchesList = Struct({
  db: Db,
  batches: List(Batch),
  without_answer: List(BatchId),
  stalled: List(BatchId)
})

export const BatchesShow = Struct({
  db: Db,
  batch: Batch,
  trouble: NullOr(Trouble),
  stalled: NullOr(Stalled),
  timeline: List(
    Struct({
      at: Time,
      status: NullOr(Text),
      successes: NullOr(Int),
      failures: NullOr(Int),
      error: NullOr(Text),
      origin: Literal("account", "pasted")
    })
  ),
  attention: List(Contact),
  findings: List(Finding),
  declared: List(
    Struct({
      source: Text,
      is_body: Flag.annotations({ description: "Whether the rows are the contacts of a request's body" }),
      members: List(
        Struct({ member: Text, column: NullOr(Text), value: NullOr(Text), separator: NullOr(Text) })
      ).annotations({
        description: "Where each thing that was sent comes from: a column, or a value of all contacts"
      })
    })
  ).annotations({ description: "What its sources say of what its contacts were sent with" }),
  sent_values: List(SentMember).annotations({
    description:
      "What its contacts were sent with, and what the account holds of it. Empty if nothing says it"
  })
})

const Fact = Struct({ table: Text, at: NullOr(Time), says: Text }).annotations({ identifier: "Fact" })

export const Explain = Struct({
  db: Db,
  subject: Text,
  stories: List(
    Struct({
      email_key: Text,
      facts: List(Fact),
      chapters: List(
        Struct({
          batch_id: BatchId,
          email: Text,
          occurrence: Int,
          outcome: Text,
          evidence: Text,
          contact_id: NullOr(Text),
          likely_reason: NullOr(Text),
          retry_reason: NullOr(Text),
          findings: List(Struct({ finding: Text, detail: Text })).annotations({
            description: "What was found of it in the batch, a change of consent first"
          }),
          facts: List(Fact),
          values: List(
            Struct({
              kind: Kind,
              member: Text,
              sent: Text,
              comparison: Comparison,
              found: NullOr(Text),
              why: NullOr(Text)
            })
          ).annotations({ description: "What it was sent with. Empty if no source says it" })
        })
      )
    })
  ),
  reports: List(Fact)
})

export const Init = Struct({
  file: Text.annotations({ description: "Your config file, which has the account now" }),
  profile: NullOr(Text).annotations({ description: "Null: the account at the top of the file" }),
  url: Text,
  api_key_file: NullOr(Text).annotations({ description: "Null: the key stays in the environment" })
})

export const Snapshot = Struct({
  db: Db,
  file: Text,
  bytes: Int,
  schema: Int,
  batches: Int,
  settled: Int,
  sent: Int,
  answers: Int,
  local_contacts: Int
})

const removal = {
  db: Db,
  done: Flag.annotations({ description: "False: this is what --yes would do" }),
  removed: List(TableRows),
  lost: List(Struct({ outcome: Outcome, contacts: Int })),
  changed: List(Struct({ before: Outcome, after: Outcome, contacts: Int })),
  retry: Struct({ before: Int, after: Int }).annotations({ description: "Contacts that may be sent again" })
}

export const BatchesRemove = Struct({
  ...removal,
  batch_ids: List(BatchId),
  unnamed: Int.annotations({ description: "Local contacts left without a batch" })
})

export const ContactsRemove = Struct({
  ...removal,
  source: Text,
  emptied: List(BatchId).annotations({ description: "Batches left without a sent contact" })
})

const Tidied = Union(
  Struct({ done: Literal(true) }),
  Struct({
    done: Literal(false),
    because: Literal("log", "writer", "failed"),
    reason: Text,
    open_in: List(Int)
  })
)

export const Purge = Struct({
  db: Db,
  done: Flag.annotations({ description: "False: this is what --yes would do" }),
  unchanged_since: Time,
  batches: Int,
  removed: List(TableRows),
  lost: List(Struct({ outcome: Outcome, contacts: Int })),
  stay: List(
    Struct({
      because: Literal("open", "stale", "unaccounted", "unresolved", "needed"),
      batches: Int
    })
  ).annotations({ description: "Batches as old that stay, and why" }),
  retry: Struct({ before: Int, after: Int }).annotations({ description: "Contacts that may be sent again" }),
  bytes: Struct({ before: Int, after: Int }).annotations({ description: "The size of the file" }),
  snapshot: NullOr(Text).annotations({ description: "The copy of the file from before" }),
  tidied: NullOr(Tidied).annotations({ description: "Null: there was no space to give back" })
})

const Place = Struct({ place: Text, rows: Int })

const BytesBeside = Struct({ path: Text, bytes: Int, occurrences: Int, unexplained: Int })

export const Erase = Union(
  Struct({
    db: Db,
    email_key: Text,
    keys: List(Text),
    contact_ids: List(Text),
    held: List(TableRows),
    places: List(Place),
    erased: Literal(false)
  }).annotations({ description: "What --yes would erase" }),
  Struct({
    db: Db,
    held: List(TableRows),
    keys: List(Text),
    erased: Flag,
    proven: Flag.annotations({ description: "Whether the address is nowhere any more" }),
    token: NullOr(Text).annotations({ description: "What replaces the address" }),
    shared_ids: List(Text),
    tidied: Tidied,
    kept_copies: List(Text),
    remaining: List(Place),
    unread: List(Struct({ table: Text, reason: Text })),
    bytes_searched: Int,
    occurrences_in_bytes: Int,
    unexplained_in_bytes: Int,
    longer_addresses: Int,
    files_beside: List(BytesBeside),
    unsearched_beside: List(Struct({ path: Text, reason: Text }))
  }).annotations({ description: "What was erased, and how that was verified" })
)

const Column = Struct({
  name: Text,
  type: Text,
  nullable: Flag,
  key: Int.annotations({ description: "Its place in the primary key, from 1; 0 if it has none" }),
  refers_to: NullOr(Text),
  note: Text
})

export const FileSchema = Struct({
  schema: Int.annotations({ description: "The version of the file's schema" }),
  objects: List(
    Struct({
      name: Text,
      kind: Literal("table", "view"),
      layer: Text,
      note: Text,
      columns: List(Column)
    })
  )
})

export const Schedule = Struct({
  kind: Literal("cron", "systemd", "github"),
  every_minutes: Int,
  files: List(Struct({ name: Text, content: Text }))
})

export const Doctor = Struct({
  checks: List(
    Struct({
      check: Text,
      state: Literal("ok", "warn", "fail"),
      says: Text,
      remedy: NullOr(Text)
    })
  ),
  settings: List(
    Struct({
      setting: Text,
      value: NullOr(Text).annotations({ description: "Null if it is not set, and always for the key" }),
      source: Text
    })
  ),
  next_run: NullOr(
    Struct({
      batches: Int,
      contact_ids: Int,
      addresses: Int,
      stale: Int,
      resolve_calls: Int,
      lookup_calls: Int,
      contacts: Int.annotations({ description: "Contacts to compare with what they were sent with" }),
      contacts_again: Int.annotations({
        description:
          "Those of them whose last answer did not have all of what was sent: a page of these a run"
      }),
      check_calls: Int.annotations({
        description: "Calls for comparing, with those for the names of fields, tags and lists"
      }),
      calls: Int.annotations({ description: "The least calls of the next run, within --max-calls" }),
      left: Int
    })
  )
})

export const SupportBundle = Struct({ file: Text, written: Flag, bundle: Bundle })
