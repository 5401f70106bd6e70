import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { BatchId } from "effect-activecampaign/BatchId"
import { ContactId } from "effect-activecampaign/ContactId"
import { fromAddress } from "effect-activecampaign/EmailKey"
import * as ImportAnswer from "effect-activecampaign/ImportAnswer"
import type { InProgressStatus, SettledStatus } from "effect-activecampaign/ImportStatus"
import type { ContactRow } from "../../src/contacts/ContactRow.js"
import * as Answers from "../../src/ledger/facts/Answers.js"
import { Ledger } from "../../src/ledger/Ledger.js"
import * as LocalContacts from "../../src/ledger/load/LocalContacts.js"
import * as Lookups from "../../src/ledger/facts/Lookups.js"
import { reconcileStale } from "../../src/ledger/conclusions/Reconciliation.js"

export const now = "2031-04-02T08:15:00.000Z"

export const row = (
  email: string,
  batchId: string | null = null,
  contactId: string | null = null,
  key: string | null = null
): ContactRow => ({
  line: 2,
  email,
  emailKey: fromAddress(email),
  contactId,
  batchId,
  key,
  cells: [JSON.stringify(email)],
  isPlain: false,
  record: email,
  names: ["email"]
})

/** What a row has in these columns. */
export const inColumns = (columns: Readonly<Record<string, unknown>>) => ({
  cells: Object.values(columns).map((value) => JSON.stringify(value)),
  names: Object.keys(columns)
})

export const load = (
  rows: ReadonlyArray<ContactRow>,
  name = "contacts.csv",
  options: { readonly rejected?: number; readonly namesBatches?: boolean } = {}
) =>
  LocalContacts.load(
    { name, rejected: () => options.rejected ?? 0, namesBatches: options.namesBatches ?? false },
    Stream.succeed(rows),
    now
  )

/** Records an answer as the job would. Lists left out are missing from it, which is not the same as empty. */
export const answer = (
  batchId: string,
  status: SettledStatus | InProgressStatus | "unset",
  lists: { readonly success?: ReadonlyArray<string>; readonly failure?: ReadonlyArray<string> } = {},
  origin: Answers.Origin = "account",
  receivedAt = now
) =>
  Answers.record(
    {
      batchId: BatchId.make(batchId),
      answer: ImportAnswer.make(status, {
        ...(lists.success === undefined ? {} : { success: lists.success.map((id) => ContactId.make(id)) }),
        ...(lists.failure === undefined ? {} : { failure: lists.failure })
      }),
      receivedAt: DateTime.unsafeMake(receivedAt),
      body: JSON.stringify({ status, ...lists })
    },
    origin
  ).pipe(Effect.tap(reconcileStale()))

/** The present moment of the file, by a clock that says this time. */
export const momentAt = (askedAt: string) => Effect.map(Lookups.moment, (moment) => ({ ...moment, askedAt }))

/** Records a body as it came, whatever its lists hold. */
export const received = (batchId: string, body: string) =>
  Effect.gen(function* () {
    const answer = yield* Schema.decode(Schema.parseJson(ImportAnswer.ImportAnswer))(body)
    const isNew = yield* Answers.record({
      batchId: BatchId.make(batchId),
      answer,
      receivedAt: DateTime.unsafeMake(now),
      body
    })
    yield* reconcileStale()
    return isNew
  })

export const select = <Row extends object>(sql: string) =>
  Effect.flatMap(Ledger, (ledger) => ledger.use(ledger.sql.unsafe<Row>(sql)))

/** Every conclusion in the file, as it stands. */
export const conclusions = Effect.all({
  outcomes: select<{
    readonly batch_id: string
    readonly email_key: string
    readonly occurrence: number
    readonly outcome: string
    readonly evidence: string
    readonly contact_id: string | null
  }>("SELECT * FROM outcomes ORDER BY batch_id, email_key, occurrence"),
  findings: select<{ readonly batch_id: string; readonly finding: string; readonly subject: string }>(
    "SELECT * FROM findings ORDER BY batch_id, finding, subject"
  )
})

/** `address: outcome (evidence)` of every sent contact, after all that is stale was decided. */
export const verdicts = Effect.gen(function* () {
  yield* reconcileStale()
  const all = yield* select<{
    readonly email_key: string
    readonly outcome: string
    readonly evidence: string
  }>("SELECT email_key, outcome, evidence FROM contact_status ORDER BY batch_id, email_key, occurrence")
  return all.map(({ email_key, evidence, outcome }) => `${email_key}: ${outcome} (${evidence})`)
})

export const findings = Effect.map(conclusions, ({ findings }) =>
  findings.map(({ finding, subject }) => `${finding}: ${subject}`)
)
