import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Contact } from "effect-activecampaign/Contact"
import { type ContactDetails, Detailed } from "effect-activecampaign/ContactDetails"
import { BatchId } from "effect-activecampaign/BatchId"
import { ContactId } from "effect-activecampaign/ContactId"
import { payload } from "../../src/asSent/Sends.js"
import * as AccountNames from "../../src/ledger/asSent/AccountNames.js"
import * as Looks from "../../src/ledger/asSent/Looks.js"
import { reconcileStale } from "../../src/ledger/conclusions/Reconciliation.js"
import * as Batches from "../../src/ledger/facts/Batches.js"
import * as Lookups from "../../src/ledger/facts/Lookups.js"
import * as Ledger from "../../src/ledger/Ledger.js"
import * as LocalContacts from "../../src/ledger/load/LocalContacts.js"
import { answer, inColumns, now, row } from "./ledger.js"

/** Loads what was sent in a batch, as the body of a request. */
export const send = (
  batchId: string,
  contacts: ReadonlyArray<Readonly<Record<string, unknown>> & { readonly email: string }>
) =>
  LocalContacts.load(
    { name: `sent in ${batchId}`, rejected: () => 0, sends: () => payload },
    Stream.succeed(contacts.map((contact) => ({ ...row(contact.email, batchId), ...inColumns(contact) }))),
    now
  )

/** Says when a batch was submitted. */
export const submit = (batchId: string, submittedAt: string) =>
  Batches.add([BatchId.make(batchId)], { addedAt: now, submittedAt })

/** What a contact holds that has nothing but its address, seen whole. */
export const nothing: ContactDetails = {
  firstName: Option.some(""),
  lastName: Option.some(""),
  phone: Option.some(""),
  organization: Option.some(""),
  fieldValues: { _tag: "Complete", rows: [] },
  tags: { _tag: "Complete", rows: [] },
  lists: { _tag: "Complete", rows: [] }
}

interface Held {
  readonly firstName?: string
  readonly fields?: Readonly<Record<string, string>>
  /** The IDs of tags. */
  readonly tags?: ReadonlyArray<string>
  /** By ID, with its status: 1 is active, 2 unsubscribed. */
  readonly lists?: Readonly<Record<string, number>>
}

/** A contact with these details, and otherwise nothing, which by default the import created. */
export const detailed = (
  id: string,
  email: string,
  details: Partial<ContactDetails>,
  changedAt = now,
  createdAt = now
) =>
  new Detailed({
    id: ContactId.make(id),
    contact: new Contact({
      id: ContactId.make(id),
      email,
      cdate: DateTime.make(createdAt),
      udate: DateTime.make(changedAt),
      deleted: false,
      bouncedHard: Option.none()
    }),
    details: { ...nothing, ...details }
  })

/** A contact with what the account holds of it. */
export const contactWith = (
  id: string,
  email: string,
  { fields = {}, firstName = "", lists = {}, tags = [] }: Held,
  changedAt = now,
  createdAt = now
) =>
  detailed(
    id,
    email,
    {
      firstName: Option.some(firstName),
      fieldValues: {
        _tag: "Complete",
        rows: Object.entries(fields).map(([field, value]) => ({ field, value }))
      },
      tags: { _tag: "Complete", rows: tags.map((tag) => ({ tag, name: Option.none() })) },
      lists: { _tag: "Complete", rows: Object.entries(lists).map(([list, status]) => ({ list, status })) }
    },
    changedAt,
    createdAt
  )

/** Fetches contacts with what they hold, at a time. */
export const lookAt = (askedAt: string, ...found: ReadonlyArray<Detailed>) =>
  Effect.flatMap(Lookups.moment, (moment) => Looks.record(found, { ...moment, askedAt })).pipe(
    Effect.zipLeft(reconcileStale())
  )

/** The account calls field 12 Company and list 3 News. */
export const nameAccount = Effect.zipRight(
  AccountNames.replaceFields(
    [
      {
        id: "12",
        title: "Company",
        type: Option.some("text"),
        perstag: Option.none(),
        options: Option.none()
      }
    ],
    { readAt: now, isWhole: true }
  ),
  AccountNames.replaceLists([{ id: "3", name: "News" }], { readAt: now, isWhole: true })
)

/**
 * Three contacts, imported: Company arrived for nobody, the first name of one is another, and one is active on a list that it
 * had left before. Bo's is exactly as it was sent but for that.
 */
export const sentWorld = Effect.gen(function* () {
  yield* nameAccount
  yield* submit("a-1", "2031-03-31T00:00:00.000Z")
  yield* submit("b-1", "2031-04-02T08:00:00.000Z")
  yield* send("a-1", [{ email: "bo@x.test" }])
  yield* answer("a-1", "completed", { success: ["102"], failure: [] }, "account", "2031-03-31T00:05:00.000Z")
  yield* send("b-1", [
    { email: "ada@x.test", first_name: "Ada", fields: [{ id: 12, value: "=ACME" }], tags: ["by ada@x.test"] },
    { email: "bo@x.test", first_name: "Bo", fields: [{ id: 12, value: "Ltd" }] },
    { email: "cy@x.test", first_name: "Cy", fields: [{ id: 12, value: "AG" }] }
  ])
  yield* lookAt("2031-04-01T00:00:00.000Z", contactWith("102", "bo@x.test", { lists: { "3": 2 } }))
  yield* answer("b-1", "completed", { success: ["101", "102", "103"], failure: [] })
  yield* lookAt(
    "2031-04-03T00:00:00.000Z",
    contactWith("101", "ada@x.test", { firstName: "Evelyn" }),
    contactWith("102", "bo@x.test", { firstName: "Bo", lists: { "3": 1 } })
  )
})

const numberOf = (email: string) => `(SELECT address_id FROM addresses WHERE email_key = '${email}')`
const batchOf = (id: string) => `(SELECT batch FROM numbered_batches WHERE batch_id = '${id}')`
const sentTo = (id: string, email: string) => `${batchOf(id)}, ${numberOf(email)}, 1`

/**
 * Rows in every table of sent values, for a file in which batches `one` and `two` were sent `ada@x.test`, and `one` was
 * sent `bo@x.test`, from the source `contacts.csv`.
 */
export const sentValueRows: ReadonlyArray<string> = [
  `UPDATE local_sources SET sends = '{"fields":{"12":{"column":"Company"}},"tags":[{"value":"met ada@x.test"}]}'
   WHERE name = 'contacts.csv'`,
  `INSERT INTO account_fields VALUES ('12', 'Company', 'text', 'COMPANY', '[{"label":"Ada@x.test Ltd","value":"1"},{"label":"Bo","value":"2"}]')`,
  "INSERT INTO account_tags VALUES ('1', 'met ada@x.test'), ('2', 'vip')",
  "INSERT INTO account_lists VALUES ('3', 'Friends of ada@x.test')",
  `INSERT INTO account_exclusions VALUES ('1', 'Ada@x.test', 'exact', 'all', NULL),
     ('2', 'joada@x.test', 'exact', 'all', NULL), ('3', '@y.test', 'end', 'all', NULL)`,
  "INSERT INTO account_names_read VALUES ('exclusions', '2031-04-02T08:15:00.000Z', 1)",
  `INSERT INTO sent_members VALUES (1, 'field', '12', '12', '12', NULL),
     (2, 'tag', 'met Ada@x.test', 'met ada@x.test', NULL, NULL), (3, 'subscribe', '3', '3', NULL, NULL)`,
  "INSERT INTO looks VALUES (1, '2031-04-01T00:00:00.000Z', 0), (2, '2031-04-03T00:00:00.000Z', 99), (3, '2031-04-03T00:00:00.000Z', 99)",
  ...["one", "two"].map(
    (id) => `INSERT INTO contact_looks VALUES (${sentTo(id, "ada@x.test")}, 2, NULL, NULL, NULL, NULL)`
  ),
  `INSERT INTO contact_looks VALUES (${sentTo("one", "bo@x.test")}, 3, NULL, '2031-04-01T00:00:00.000Z', NULL, 1)`,
  `INSERT INTO found_values VALUES (${sentTo("one", "ada@x.test")}, 1, 'Analytical', NULL),
     (${sentTo("two", "ada@x.test")}, 1, NULL, NULL),
     (${sentTo("one", "bo@x.test")}, 1, 'care of Ada@x.test', NULL)`,
  `INSERT INTO list_statuses VALUES (${numberOf("ada@x.test")}, '3', 1, 2), (${numberOf("ada@x.test")}, '3', 2, 1),
     (${numberOf("bo@x.test")}, '3', 1, 2)`,
  `INSERT INTO value_verdicts VALUES (${sentTo("one", "ada@x.test")}, 1, 'sent-again', 'Ada Ltd', 'Analytical', NULL),
     (${sentTo("two", "ada@x.test")}, 1, 'absent', 'Ada', NULL, NULL),
     (${sentTo("one", "bo@x.test")}, 1, 'different', 'Bo', 'care of Ada@x.test', NULL)`,
  `INSERT INTO value_counts VALUES (${batchOf("one")}, 1, 2, 0, 1, 0, 0, 1, 0, 0), (${batchOf("two")}, 1, 1, 0, 0, 1, 0, 0, 0, 0)`,
  `INSERT INTO consent_breaks VALUES (${batchOf("one")}, ${numberOf("ada@x.test")}, '3', 2, 1, 2)`,
  ...["ada@x.test", "bo@x.test"].map(
    (
      email
    ) => `INSERT INTO former_cells SELECT ${sentTo("one", email)}, shape_id, NULL, NULL, '["","one","Ltd of Ada@x.test"]'
      FROM row_shapes LIMIT 1`
  )
]

/** Writes them. */
export const insertSentValues = Ledger.Ledger.transact((sql) =>
  Effect.forEach(sentValueRows, (statement) => sql.unsafe(statement), { discard: true })
)
