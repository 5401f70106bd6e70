import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { requests } from "effect-activecampaign-simulator/Simulator"
import type { ScenarioInput } from "effect-activecampaign-simulator/Scenario"
import { payload } from "../../src/asSent/Sends.js"
import { CallMeter } from "../../src/job/CallMeter.js"
import * as LocalContacts from "../../src/ledger/load/LocalContacts.js"
import { run, withAccount } from "../support/account.js"
import { inColumns, now, row } from "../support/ledger.js"

const sends = { first_name: "Ada", fields: [{ id: 12, value: "ACME" }], tags: ["vip"] }

/** 230 contacts to resolve, and one that neither list has. */
const emails = Array.from({ length: 230 }, (_, at) => `c${at}@x.test`)
const batches: ScenarioInput["batches"] = [
  {
    batchId: "one",
    contacts: [
      ...emails.map((email) => ({ email, sends })),
      { email: "silent@x.test", becomes: "silent" as const }
    ]
  }
]

const sent = LocalContacts.load(
  { name: "sent in one", rejected: () => 0, sends: () => payload },
  Stream.succeed(
    [...emails, "silent@x.test"].map((email) => ({ ...row(email, "one"), ...inColumns({ email, ...sends }) }))
  ),
  now
)

/** Requests about contacts. */
const made = Effect.map(requests, (all) =>
  all.map(({ url }) => url).filter((url) => !url.includes("import/info"))
)

/** A run that may make so many calls, and how many it says are left. */
const counted = (
  account: NonNullable<Parameters<typeof run>[0]>["account"] & { readonly maxCalls: number }
) =>
  Effect.gen(function* () {
    let left = account.maxCalls
    const before = (yield* made).length
    const meter = {
      taken: Effect.void,
      left: (calls: number) => {
        left = calls
      },
      held: () => Effect.void
    }
    yield* Effect.provideService(run({ account }), CallMeter, meter)
    // A request made again at once is the same call.
    const urls = (yield* made).slice(before).filter((url, at, all) => url !== all[at - 1])
    return { reported: account.maxCalls - left, made: urls.length, urls }
  })

const expectCounted = (ended: Effect.Effect.Success<ReturnType<typeof counted>>, maxCalls: number) => {
  const said = `--max-calls ${maxCalls}: ${ended.urls.map((url) => decodeURIComponent(url).slice(0, 100)).join("\n")}`
  assert.strictEqual(ended.reported, ended.made, said)
  assert.isAtMost(ended.made, maxCalls, said)
}

const walking = { ignoredFilters: ["email"] } as const
/** So many that a walk takes nearly all calls that it is planned with. */
const others = Array.from({ length: 1000 }, (_, at) => ({
  email: `o${at}@x.test`,
  contactId: String(at + 1)
}))
const wrong = { _tag: "WrongShape" } as const

/** Where nothing is asked for twice at a time, so that requests can be told from calls. */
const limits = [1, 2, 4, 5, 6, 7, 8, 9, 10, 1000]

interface Case {
  readonly resolve?: boolean
  readonly limits?: ReadonlyArray<number>
}

const accounts: ReadonlyArray<readonly [string, ScenarioInput, Case?]> = [
  ["serves `include`", {}],
  ["ignores `include`", { account: { include: { effect: "ignored" } } }, { limits: [8, 9, 10, 11, 12, 13] }],
  ["refuses `include`", { account: { include: { effect: "refused" } } }],
  ["drops the IDs with `include`", { account: { include: { effect: "drops-ids" } } }],
  [
    "refuses `include` in a walk",
    { account: { ...walking, existing: others, include: { effect: "refused" } } },
    { resolve: false, limits: [18, 19, 20, 21, 22, 23, 24] }
  ],
  [
    "fails twice with `include` at the end of a walk",
    {
      account: { ...walking, existing: others },
      faults: [{ on: { endpoint: "contacts", calls: [13, 14, 16, 17] }, fault: wrong }]
    },
    { resolve: false, limits: [19] }
  ],
  [
    "cannot show the first page of a walk",
    { account: walking, faults: [{ on: { endpoint: "contacts", calls: { from: 2, to: 5 } }, fault: wrong }] },
    { resolve: false, limits: [50, 1000] }
  ],
  ["cannot show its fields", { faults: [{ on: { endpoint: "fields" }, fault: wrong }] }],
  [
    "cannot show contacts at first",
    { faults: [{ on: { endpoint: "contacts", calls: { from: 1, to: 6 } }, fault: wrong }] }
  ]
]

describe("calls about contacts", () => {
  it.effect.each(accounts)(
    "are as many as are counted, and as may be, where the account %s",
    ([, scenario, { resolve = true, limits: most = limits } = {}]) =>
      Effect.forEach(
        most,
        (maxCalls) =>
          Effect.gen(function* () {
            yield* sent
            for (const check of [{ sample: 0 }, { sample: 3 }]) {
              const account = { resolve, lookup: true, check, maxCalls }
              expectCounted(yield* counted(account), maxCalls)
            }
          }).pipe(
            withAccount({
              ...scenario,
              account: {
                fields: [{ id: "12", title: "Company" }],
                existing: [{ email: "0@x.test" }],
                ...scenario.account
              },
              batches
            })
          ),
        { discard: true }
      )
  )

  it.effect("with `include` that fail are counted beside those made in their place", () =>
    Effect.gen(function* () {
      yield* sent
      const ended = yield* counted({ resolve: true, check: { sample: 0 }, maxCalls: 100 })
      expectCounted(ended, 100)
      const ofPages = ended.urls.filter((url) => url.includes("ids"))
      // The first page with all parts and with fewer; none after that is asked for: three pages.
      assert.lengthOf(
        ofPages.filter((url) => url.includes("include")),
        2
      )
      assert.lengthOf(
        ofPages.filter((url) => !url.includes("include")),
        3
      )
    }).pipe(withAccount({ account: { include: { effect: "refused" } }, batches }))
  )
})
