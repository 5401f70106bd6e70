import * as Schema from "effect/Schema"
import { BatchId, Db, Time } from "./rows.js"

const { Array: List, Int, Literal, NullOr, String: Text, Struct, Tuple, Union } = Schema

const Resubmitted = List(Struct({ before: Time, after: Time, batches: Int })).annotations({
  description: "Times of submission that were replaced"
})

const SentOtherwise = Int.annotations({
  description:
    "Contacts for which a body of a request has other values than the one before, which still counts"
})

const CaseTwins = List(Tuple(BatchId, BatchId)).annotations({
  description: "A batch that was named, and one that differs from it only in letter case"
})

const Examples = List(Struct({ place: Literal("line", "row"), number: Int, value: Text })).annotations({
  description: "The first few"
})

const remarks = {
  unknown_contact_ids: Struct({ count: Int, examples: Examples }),
  unknown_members: Struct({ count: Int, examples: Examples }).annotations({
    description: "Members of bodies of requests that a bulk import does not know"
  }),
  member_shapes: Struct({ count: Int, examples: Examples }).annotations({
    description: "Members of bodies of requests in another shape than a bulk import takes"
  }),
  members_file: NullOr(Text).annotations({ description: "Where all of these members are" }),
  odd_addresses: List(Struct({ kind: Text, count: Int, examples: Examples }))
}

const rejects = {
  restored: Int.annotations({ description: "Cells that lost the apostrophe of an export" }),
  rejected: Int.annotations({ description: "Bad rows" }),
  rejects_file: NullOr(Text)
}

export const ContactsLoad = Struct({
  db: Db,
  source: Text,
  rows: Int,
  added: Int,
  updated: Int,
  unchanged: Int,
  addresses_changed: Int,
  ids_gained: Int,
  ids_changed: Int,
  ids_lost: Int,
  absent: Int,
  duplicates: Int,
  sent: Int,
  sent_added: Int,
  sent_otherwise: SentOtherwise,
  batches_added: Int,
  purged: Int.annotations({ description: "Rows left out, because they name a purged batch" }),
  resubmitted: Resubmitted,
  case_twins: CaseTwins,
  outcomes_changed: Int,
  ...remarks,
  ...rejects
})

const Recorded = Struct({ status: Text, recorded: Schema.Boolean })

export const BatchesAdd = Union(
  Struct({
    db: Db,
    added: Int,
    known: Int,
    purged: Int.annotations({ description: "Batches of --file left out, because they were purged" }),
    sent_added: Int,
    sent_otherwise: SentOtherwise,
    resubmitted: Resubmitted,
    answer: NullOr(Recorded),
    case_twins: CaseTwins,
    outcomes_changed: Int,
    ...remarks,
    ...rejects
  }),
  Struct({
    db: Db,
    batch_id: BatchId,
    settled: Text,
    answer: Recorded,
    outcomes_changed: Int
  }).annotations({ description: "What a second answer about a settled batch would change" })
)
