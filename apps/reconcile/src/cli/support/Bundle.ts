import * as Schema from "effect/Schema"
import { Evidence, Finding, Outcome } from "../../ledger/schema/words.js"

// One by one: taken together, all of Schema would be loaded by every command.
const List = Schema.Array
const Flag = Schema.Boolean
const Int = Schema.Int
const Literal = Schema.Literal
const NullOr = Schema.NullOr
const Amount = Schema.Number
const Struct = Schema.Struct

/**
 * What a support bundle may have. No field takes free text: each is a number, a word of ours, a time, a version or a
 * checksum. So nothing that a user, a file or a server wrote can be in it.
 */

const patterned = (pattern: RegExp, description: string) =>
  Schema.String.pipe(Schema.pattern(pattern)).annotations({ description })

const Time = patterned(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, "UTC")

const Version = patterned(/^\d+(?:\.\d+){0,3}$/, "A version")

/** A name in our own source: of a check, a table, a setting or an error. */
const Name = patterned(/^[A-Za-z][A-Za-z_-]{0,40}$/, "A name of ours")

const RequestId = patterned(
  /^[\da-f][\da-f-]{7,63}(?:-[A-Z]{3})?$/,
  "ActiveCampaign's ID of a request. Its support can look it up"
)

const Status = Literal("unset", "waiting", "claimed", "active", "completed", "failed", "interrupted", "other")

export const Call = Literal("GET /import/info", "POST /import/bulk_import", "GET /contacts", "other")

export const NodeCode = Literal(
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "EPROTO",
  "ETIMEDOUT",
  "ERR_PROXY_TUNNEL",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_SOCKET"
)

const Counted = Struct({ name: Name, rows: Int })

const ErrorKind = Struct({
  about: Literal("batch", "follow", "resolve", "lookup", "check"),
  error: Name,
  call: Call,
  status: NullOr(Int),
  code: NullOr(NodeCode),
  problems: Int.annotations({ description: "Rows" }),
  calls: Int.annotations({ description: "Failed calls" }),
  lasting: Int.annotations({ description: "Rows that still last" }),
  first_at: NullOr(Time),
  last_at: NullOr(Time),
  request_ids: List(RequestId)
})

export type ErrorKind = typeof ErrorKind.Type

const OfFile = Struct({
  schema: Int,
  schema_of_command: Int,
  fingerprint: patterned(/^[\da-f]{16}$/, "Of the tables, views and indexes of ours"),
  changed_objects: List(Name).annotations({
    description: "Of ours, that are not as this version makes them"
  }),
  own_objects_of_user: Int.annotations({
    description: "Tables, views, indexes and triggers that are not ours"
  }),
  integrity_problems: Int,
  broken_references: Int,
  page_size: Int,
  pages: Int,
  free_pages: Int,
  journal_mode: Literal("wal", "delete", "other"),
  bytes: Int,
  log_bytes: Int,
  kept_copies: Int,
  tables: List(Counted),
  statuses: List(Struct({ status: NullOr(Status), batches: Int })),
  outcomes: List(Struct({ outcome: Outcome, evidence: Evidence, contacts: Int })),
  findings: List(Struct({ finding: Finding, count: Int })),
  stale: Int,
  is_bound: Flag,
  lease: Literal("none", "there", "gone", "out-of-sight"),
  runs: List(
    Struct({
      started_at: NullOr(Time),
      seconds: NullOr(Amount).annotations({ description: "Null: it still runs, or was killed" }),
      open_batches: Int,
      answers: Int,
      settled: Int,
      errors: Int,
      resolved: Int,
      looked_up: Int,
      exit_code: NullOr(Int).annotations({ description: "Null: it still runs, or was killed" }),
      reason: NullOr(Name).annotations({
        description: "Why it had that exit code; Other: not a word of ours"
      })
    })
  ).annotations({ description: "The last runs, the latest first" }),
  purges: List(Struct({ purged_at: NullOr(Time), batches: Int, sent_contacts: Int })),
  errors: List(ErrorKind)
})

export type OfFile = typeof OfFile.Type

export const Bundle = Struct({
  made_at: Time,
  versions: Struct({
    ac_reconcile: patterned(/^\d+\.\d+\.\d+(?:-[\w.]+)?$/, "The version of the command"),
    node: Version,
    sqlite: NullOr(Version),
    driver: NullOr(Literal("better-sqlite3", "ac-reconcile-sqlite-node20")),
    platform: Name,
    arch: patterned(/^[a-z\d_]{1,16}$/, "The processor"),
    system: NullOr(Version)
  }),
  checks: List(Struct({ check: Name, state: Literal("ok", "warn", "fail") })),
  settings: List(
    Struct({
      setting: Name,
      value: NullOr(patterned(/^[\d.]+(?:ms|[smhd])?$/, "A number or a duration. Null: not told")),
      source: Literal("Option", "Variable", "File", "StandardInput", "Default", "Unset")
    })
  ),
  account_host: Literal("not set", "loopback", "api-us1.com", "activehosted.com", "other"),
  proxy: Flag.annotations({ description: "Whether a variable names a proxy" }),
  file: NullOr(OfFile).annotations({ description: "Null: there is no ledger, or it cannot be read" })
})

export type Bundle = typeof Bundle.Type

/** Text that the field takes, or nothing. */
const only =
  <A extends string>(schema: Schema.Schema<A>) =>
  (text: string | null | undefined): A | null =>
    Schema.is(schema)(text) ? text : null

export const timeOf = only(Time)
export const versionOf = only(Version)
export const requestIdOf = only(RequestId)
export const statusOf = (text: string | null) => (text === null ? null : (only(Status)(text) ?? "other"))
