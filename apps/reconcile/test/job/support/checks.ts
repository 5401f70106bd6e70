import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { requests } from "effect-activecampaign-simulator/Simulator"
import type { ScenarioInput } from "effect-activecampaign-simulator/Scenario"
import { payload } from "../../../src/asSent/Sends.js"
import * as LocalContacts from "../../../src/ledger/load/LocalContacts.js"
import { inColumns, now, row, select } from "../../support/ledger.js"

export type Batch = NonNullable<ScenarioInput["batches"]>[number]
export type Account = NonNullable<ScenarioInput["account"]>

/** Loads what each batch of a scenario sent, as the body of its request. */
export const loadSent = (batches: ReadonlyArray<Batch>) =>
  Effect.forEach(batches, ({ batchId = "", contacts = [] }) =>
    LocalContacts.load(
      { name: `sent in ${batchId}`, rejected: () => 0, sends: () => payload },
      Stream.succeed(
        contacts.map(({ email, sends }) => ({ ...row(email, batchId), ...inColumns({ email, ...sends }) }))
      ),
      now
    )
  )

export const calls = (path: string) =>
  Effect.map(requests, (all) => all.filter(({ url }) => decodeURIComponent(url).includes(path)).length)

export const dropped = Effect.map(
  select<{
    readonly email: string
    readonly name: string
    readonly comparison: string
    readonly found: string | null
  }>("SELECT email, name, comparison, found FROM dropped_values ORDER BY email, name"),
  (rows) => rows.map(({ comparison, email, found, name }) => `${email} ${name} ${comparison} ${found ?? "-"}`)
)

export const glance = Effect.map(
  select<Readonly<Record<string, string | number>>>(
    "SELECT kind || ' ' || name AS member, sent, same, different, absent, cannot_tell, not_checked FROM fields_at_a_glance ORDER BY 1"
  ),
  (rows) => rows.map((one) => Object.values(one).join(" "))
)

export const fields: Account["fields"] = [
  { id: "12", title: "Company" },
  { id: "13", title: "Since", type: "date" }
]

export const sends = {
  first_name: "Ada",
  fields: [
    { id: 12, value: "ACME" },
    { id: 13, value: "2031-04-02" }
  ],
  tags: ["vip"]
}

export const two: ReadonlyArray<Batch> = [
  {
    batchId: "one",
    contacts: [
      { email: "a@x.test", sends },
      {
        email: "b@x.test",
        sends,
        mishaps: [
          { _tag: "FieldDropped", field: "12" },
          { _tag: "DateLost", field: "13" }
        ]
      },
      { email: "c@x.test", sends, becomes: "rejected" }
    ]
  }
]

export const asked = { resolve: true, lookup: true, check: { sample: 0 } }

/** More contacts than two pages have. */
export const many: ReadonlyArray<Batch> = [
  {
    batchId: "one",
    contacts: Array.from({ length: 250 }, (_, at) => ({ email: `c${at}@x.test`, sends }))
  }
]
