import { assert } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import { BatchId } from "effect-activecampaign"
import { FollowImport, SubmitImport } from "../../src/index.js"
import { client, sixArrivedWithin, startAccount, startRunner } from "./cluster.js"
import { onPostgres, postgres } from "./postgres.js"

const names = ["north", "east", "south", "west"]
const numbers = [0, 1, 2, 3, 4]

/** Five batches that the account has already, and 429 for one call of a batch. */
const scenario = (account: string) => ({
  batches: numbers.map((number) => ({
    batchId: `${account}-${number}`,
    stages: { waiting: 2000, active: 3000 },
    contacts: [{ email: `${account}${number}@example.test` }, { email: `${account}${number}@nodot` }]
  })),
  submissions: { stages: { waiting: 500, active: 2000 } },
  faults: [
    {
      on: { endpoint: "info" as const, calls: [4] },
      fault: { _tag: "RateLimited" as const, retryAfter: 1 }
    }
  ]
})

const submission = (account: string, number: number) => ({
  contacts: [{ email: `new-${account}${number}@example.test` }, { email: `new-${account}${number}@nodot` }]
})

type Disturbance = (world: {
  readonly kill: (which: number) => Effect.Effect<void>
  readonly database: { readonly stop: Effect.Effect<unknown>; readonly start: Effect.Effect<unknown> }
}) => Effect.Effect<void>

/** Forty batches of four accounts on two runners: half are followed, half submitted and followed. */
const play = (disturb: Disturbance) =>
  Effect.gen(function* () {
    const database = yield* postgres
    const accounts = yield* Effect.forEach(names, (name) =>
      Effect.map(startAccount(scenario(name)), (account) => ({ name, ...account }))
    )
    const setup = {
      postgres: database.url,
      accounts: Object.fromEntries(accounts.map(({ name, url }) => [name, url]))
    }
    const runners = [yield* startRunner(setup), yield* startRunner(setup)]
    const scope = yield* Effect.scope
    const kill = (which: number) =>
      Effect.gen(function* () {
        yield* runners[which]?.kill ?? Effect.void
        runners[which] = yield* Scope.extend(startRunner(setup), scope)
      })

    const results = yield* Effect.forEach(
      names.flatMap((account) => numbers.map((number) => ({ account, number }))),
      ({ account, number }) =>
        Effect.all(
          [
            Effect.either(
              FollowImport.workflow.execute({ account, batchId: BatchId.make(`${account}-${number}`) })
            ),
            Effect.either(
              SubmitImport.workflow.execute({
                account,
                key: `upload ${number}`,
                submission: submission(account, number)
              })
            )
          ],
          { concurrency: 2 }
        ),
      { concurrency: "unbounded" }
    ).pipe(
      Effect.provide(client(database.url)),
      Effect.zipLeft(disturb({ kill, database }), { concurrent: true })
    )

    for (const { name, requests, submitted } of accounts) {
      const received = yield* requests
      const arrivals = received.map(({ at }) => at)
      assert.isAtLeast(Duration.toMillis(sixArrivedWithin(arrivals)), 1000, `${name}: rate`)
      const limited = received.filter(({ status }) => Option.contains(status, 429))
      assert.lengthOf(limited, 1, `${name}: the injected 429 is the only one`)
      assert.lengthOf(new Set(submitted), submitted.length, `${name}: no submission arrived twice`)
    }
    return results.map(([followed, submitted]) => ({
      followed: Either.map(followed, ({ answer }) => answer),
      submitted: Either.mapBoth(submitted, {
        onLeft: (error) => error._tag,
        onRight: ({ settled: { answer } }) => ({
          status: answer.status,
          failure: answer.failure,
          successes: Option.map(answer.success, ({ length }) => length)
        })
      })
    }))
  })

const undisturbed = Effect.scoped(play(() => Effect.void))
let calm: Effect.Effect.Success<typeof undisturbed> | undefined

const likeUndisturbed = (disturb: Disturbance, mostUnknown: number) =>
  Effect.gen(function* () {
    calm ??= yield* undisturbed
    assert.isEmpty(
      calm.filter(({ followed, submitted }) => Either.isLeft(followed) || Either.isLeft(submitted))
    )
    const results = yield* play(disturb)
    assert.deepStrictEqual(
      results.map(({ followed }) => followed),
      calm.map(({ followed }) => followed)
    )
    let unknown = 0
    results.forEach(({ submitted }, index) => {
      // The runner was killed while the submission was under way, and it was not sent again.
      if (Either.isLeft(submitted) && submitted.left === "OutcomeUnknown") unknown += 1
      else assert.deepStrictEqual(submitted, calm?.[index]?.submitted)
    })
    assert.isAtMost(unknown, mostUnknown)
  })

const kills = Number(process.env.AC_CLUSTER_KILLS ?? 3)
const seed = process.env.AC_CLUSTER_SEED ?? String(Date.now())

onPostgres(
  `settles each batch once, and submits none twice, with ${kills} runners killed (AC_CLUSTER_SEED=${seed})`,
  () =>
    likeUndisturbed(
      ({ kill }) =>
        Effect.repeatN(
          Effect.gen(function* () {
            yield* Effect.sleep(Duration.millis(yield* Random.nextIntBetween(500, 6000)))
            yield* kill(yield* Random.nextIntBetween(0, 2))
          }),
          kills - 1
        ).pipe(Effect.withRandom(Random.make(seed))),
      // Each kill hits at most the submission of each account whose turn has come.
      kills * names.length
    ),
  600_000
)

onPostgres(
  "goes on after PostgreSQL has been down for 20 seconds",
  () =>
    likeUndisturbed(
      ({ database }) =>
        Effect.gen(function* () {
          yield* Effect.sleep("5 seconds")
          yield* database.stop
          yield* Effect.sleep("20 seconds")
          yield* database.start
        }),
      names.length * numbers.length
    ),
  300_000
)
