import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as ActiveCampaignClient from "effect-activecampaign/ActiveCampaignClient"
import { BatchId } from "effect-activecampaign/BatchId"
import { ImportAnswer } from "effect-activecampaign/ImportAnswer"
import * as RateBudget from "effect-activecampaign/RateBudget"
import * as RetryPolicy from "effect-activecampaign/RetryPolicy"
import * as InProcess from "effect-activecampaign-simulator/InProcess"
import * as Scenario from "effect-activecampaign-simulator/Scenario"
import { endOf } from "../../src/cli/alert/End.js"
import { endingOf } from "../../src/cli/output/run/ending.js"
import { ExitCode } from "../../src/cli/shell/ExitCode.js"
import * as Reconciliation from "../../src/ledger/conclusions/Reconciliation.js"
import * as Answers from "../../src/ledger/facts/Answers.js"
import * as Batches from "../../src/ledger/facts/Batches.js"
import * as Runs from "../../src/ledger/facts/Runs.js"
import { payload, type Sends } from "../../src/asSent/Sends.js"
import * as Ledger from "../../src/ledger/Ledger.js"
import * as LocalContacts from "../../src/ledger/load/LocalContacts.js"
import { run } from "./account.js"
import { inColumns, row } from "./ledger.js"
import * as virtualClock from "./virtualClock.js"
import { type WrittenLedger, writtenLedger } from "./writtenLedger.js"

const minutes = (count: number) => count * 60_000

const stages = { unset: 1000, waiting: 1000, claimed: 1000, active: 2000 }

const crm = [
  ["Ada", "ada.lindqvist@example.com", "b-1", "2041", "Lindqvist AB"],
  ["Bruno", "bruno.keller@example.com", "b-1", "", ""],
  ["Bruno", "Bruno.Keller@Example.com", "b-1", "", ""],
  ["Chiara", "chiara.neri@example", "b-1", "", ""],
  ["Lena", "lena.fischer@example.com", "b-2", "", "Fischer KG"],
  ["Gustav", "gustav.meier@example.com", "b-2", "", ""],
  ["Noémi", "noemi.sandvik@example.com", "b-2", "", ""],
  ["Priya", "priya.raman@example.com", "b-2", "2103", ""],
  ["Tomasz", "tomasz.zielinski@example.com", "b-3", "2201", ""],
  ["Wanjiru", "wanjiru.kamau@example.com", "b-3", "", ""],
  ["Xavier", "xavier.dubois@example.com", "b-3", "", ""],
  ["Emeka", "emeka.eze@example.com", "b-4", "", ""]
] as const

/** What crm.csv says that its contacts were sent with. The company never arrives. */
const sends: Sends = {
  first_name: { column: "first_name" },
  fields: { Company: { column: "company" } },
  tags: [{ value: "customer" }]
}

type Contacts = NonNullable<NonNullable<Scenario.ScenarioInput["batches"]>[number]["contacts"]>

const asSent = (contacts: Contacts): Contacts =>
  contacts.map((contact) => {
    const [first_name = "", , , , company = ""] = crm.find(([, email]) => email === contact.email) ?? []
    const fields = company === "" ? {} : { fields: [{ id: "12", value: company }] }
    return {
      ...contact,
      sends: { first_name, tags: ["customer"], ...fields, ...contact.sends },
      mishaps: [{ _tag: "FieldDropped", field: "12" }]
    }
  })

/** The account: six batches that show every outcome and every kind of finding, and calls that fail now and then. */
const scenario = Scenario.make({
  account: {
    existing: [{ email: "xavier.dubois@example.com", contactId: "1822" }],
    fields: [{ id: "12", title: "Company" }],
    lists: [{ id: "3", name: "Newsletter" }],
    exclusions: [{ matchPhrase: "@example", matchType: "end" }]
  },
  batches: [
    {
      batchId: "b-1",
      stages,
      contacts: asSent([
        { email: "ada.lindqvist@example.com", contactId: "2041" },
        { email: "bruno.keller@example.com", contactId: "2042" },
        { email: "Bruno.Keller@Example.com", contactId: "2042" },
        { email: "chiara.neri@example", becomes: "rejected" }
      ])
    },
    {
      batchId: "b-2",
      stages,
      strangers: { success: ["9977"], failure: ["noemi.sandvik@exmple.com"] },
      contacts: asSent([
        { email: "lena.fischer@example.com", contactId: "2101", sends: { unsubscribe: [{ listid: 3 }] } },
        { email: "gustav.meier@example.com", contactId: "2102", deletedAfterwards: true },
        { email: "noemi.sandvik@example.com", becomes: "silent" },
        { email: "priya.raman@example.com", becomes: "contradictory", contactId: "2103" }
      ])
    },
    {
      batchId: "b-3",
      stages,
      ends: "failed",
      processed: 1,
      partialLists: true,
      contacts: asSent([
        { email: "tomasz.zielinski@example.com", contactId: "2201" },
        { email: "wanjiru.kamau@example.com" },
        { email: "xavier.dubois@example.com" }
      ])
    },
    {
      batchId: "b-6",
      submittedAt: minutes(60 * 40),
      stages,
      contacts: [
        {
          email: "lena.fischer@example.com",
          contactId: "2101",
          sends: { last_name: "Fischer" },
          mishaps: [{ _tag: "MadeActive", list: "3" }]
        }
      ]
    },
    { batchId: "b-4", stages, ends: "never", contacts: asSent([{ email: "emeka.eze@example.com" }]) }
  ],
  faults: [
    { on: { batchId: "b-3", calls: [2] }, fault: { _tag: "HtmlWith200" } },
    { on: { endpoint: "contacts", calls: [1, 2, 3] }, fault: { _tag: "RateLimited", retryAfter: 0 } }
  ]
})

const now = Effect.map(DateTime.now, DateTime.formatIso)

const loadCrm = Effect.flatMap(now, (at) =>
  LocalContacts.load(
    { name: "crm.csv", rejected: () => 0, sends: () => sends },
    Stream.succeed(
      crm.map(([first_name, email, batch_id, contact_id, company]) => ({
        ...row(email, batch_id, contact_id === "" ? null : contact_id),
        ...inColumns({ first_name, email, batch_id, contact_id, company })
      }))
    ),
    at
  )
)

/** A second source, which differs from the first about two people, and one of whose rows cannot be read. */
const loadNewsletter = (batchId: string) =>
  Effect.flatMap(now, (at) =>
    LocalContacts.load(
      {
        name: "newsletter.csv",
        rejected: () => 1,
        key: { column: "id", place: "line", setAside: () => Effect.void }
      },
      Stream.succeed(
        [
          { id: "7", email: "priya.raman@example.com", batch_id: null, contact_id: "3301" },
          { id: "8", email: "helga.brandt@example.com", batch_id: null, contact_id: "9977" },
          { id: "9", email: "rosa.castillo@example.com", batch_id: "b-5", contact_id: null },
          { id: "10", email: "emeka.eze@example.com", batch_id: batchId, contact_id: null }
        ].map(({ batch_id, contact_id, email, id }) => ({
          ...row(email, batch_id, contact_id, id),
          ...inColumns({ id, email, batch_id, contact_id })
        }))
      ),
      at
    )
  )

/** An answer that somebody got elsewhere. One of its items is no contact ID. */
const paste = Effect.gen(function* () {
  const body = '{"status":"completed","success":["2301",null],"failure":[]}'
  const answer = yield* Schema.decode(Schema.parseJson(ImportAnswer))(body)
  yield* Answers.record(
    { batchId: BatchId.make("b-5"), answer, body, receivedAt: yield* DateTime.now },
    "pasted"
  )
})

/** A later batch, by the body of its request. It does not ask for the newsletter. */
const sendAgain = Effect.flatMap(now, (at) =>
  LocalContacts.load(
    { name: "sent in b-6", rejected: () => 0, batchId: BatchId.make("b-6"), sends: () => payload },
    Stream.succeed([
      {
        ...row("lena.fischer@example.com"),
        ...inColumns({ email: "lena.fischer@example.com", last_name: "Fischer" })
      }
    ]),
    at
  )
)

const account = { resolve: true, lookup: true, check: { sample: 0 } }

/** A run, and how its command ends, which the command records. */
const ranTo = (options: Parameters<typeof run>[0] & { readonly once?: boolean }) =>
  Effect.gen(function* () {
    const after = yield* Runs.lastId
    const report = yield* run(options)
    const { exitCode, why } = endingOf(
      { once: options.once ?? false, interrupted: ExitCode.interrupted },
      report,
      []
    )
    const end = endOf(Exit.succeed({ exitCode, because: { message: why }, result: { failedOn: [] } }))
    yield* Runs.conclude({ after, ...end })
  })

const days = Effect.gen(function* () {
  yield* loadCrm
  const submittedAt = yield* now
  const all = ["b-1", "b-2", "b-3", "b-4"].map((id) => BatchId.make(id))
  yield* Batches.add(all, { addedAt: submittedAt, submittedAt })
  yield* ranTo({ once: true, account })
  yield* Effect.sleep(minutes(10))
  yield* ranTo({ once: true, account })
  // Long enough for b-4 to be stalled.
  yield* Effect.sleep(minutes(60 * 25))
  yield* ranTo({ deadline: "10 minutes", account })
  yield* Effect.sleep(minutes(60 * 24))
  yield* sendAgain
  yield* ranTo({ once: true, account })
  yield* Effect.sleep(minutes(10))
  yield* ranTo({ once: true, account })
  yield* Effect.sleep(minutes(10))
  yield* loadNewsletter("b-5")
  yield* loadNewsletter("b-4")
  yield* paste
  yield* Reconciliation.reconcileStale()
})

const write = (file: string) =>
  days.pipe(
    Effect.provide(
      ActiveCampaignClient.layer({
        url: InProcess.url,
        apiToken: Redacted.make(scenario.apiToken),
        // So that one fault is enough for a call without an answer.
        retry: RetryPolicy.none
      }).pipe(
        Layer.provide(RateBudget.layer()),
        Layer.provideMerge(InProcess.layer(scenario)),
        Layer.merge(Ledger.layer(file))
      )
    ),
    Effect.withClock(virtualClock.make()),
    Effect.withRandom(Random.make("documented")),
    Effect.runPromise
  )

/** The ledger whose values and answers docs/schema.md shows: the same to the byte each time it is made. */
export const makeDocumentedLedger = (): Promise<WrittenLedger> =>
  writtenLedger("reconcile.db", (_, file) => write(file))
