import * as Snowflake from "@effect/cluster/Snowflake"
import * as SqlClient from "@effect/sql/SqlClient"
import { assert } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import { BatchId } from "effect-activecampaign"
import { FollowImport, SubmitImport } from "../../src/index.js"
import { client, sixLeftWithin, startAccount, startRunner } from "./cluster.js"
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
  // Requests that left apart arrive together when this process is busy. From two budgets, six would arrive in this time.
  rateLimit: { requests: 5, perMillis: 600 },
  faults: [
    {
      on: { endpoint: "info" as const, calls: [4] },
      fault: { _tag: "RateLimited" as const, retryAfter: 1 }
    }
  ]
})

const upload = (account: string, number: number) => ({
  account,
  key: `upload ${number}`,
  submission: {
    contacts: [{ email: `new-${account}${number}@example.test` }, { email: `new-${account}${number}@nodot` }]
  }
})

/** How long a busy machine may stop a runner between its turn and its call, in milliseconds. */
const withoutProcessor = 100

/** A time in which runners may have lost what they were doing. */
interface Blow {
  readonly from: number
  readonly to: number
}

const now = Effect.sync(() => Date.now())

const blow = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<Blow, E, R> =>
  Effect.zipWith(Effect.zipLeft(now, effect), now, (from, to) => ({ from, to }))

/**
 * The executions of submissions whose outcome can be unknown: they had been claimed, and were not answered, when a blow fell.
 * Later, when shards move, one can be interrupted between its claim and its call. It has then not arrived.
 */
const canBeUnknown = (blows: ReadonlyArray<Blow>, hasArrived: (execution: string) => boolean) =>
  Effect.gen(function* () {
    const first = Math.min(...blows.map(({ from }) => from))
    const sql = yield* SqlClient.SqlClient
    const claims = yield* sql<{ execution: string; claimed: number; reply: string | null }>`
      SELECT i.execution_id AS execution, (extract(epoch FROM i.claimed_at) * 1000)::float8 AS claimed,
        (SELECT max(r.id)::text FROM cluster_messages m JOIN cluster_replies r ON r.request_id = m.id
          WHERE m.entity_id = i.execution_id AND m.tag = 'activity') AS reply
      FROM activecampaign_intents i`
    return claims
      .filter(({ claimed, execution, reply }) => {
        const answered = reply === null ? Infinity : Snowflake.timestamp(Snowflake.Snowflake(reply))
        return (
          blows.some(({ from, to }) => claimed <= to && answered >= from) ||
          (claimed >= first && !hasArrived(execution))
        )
      })
      .map(({ execution }) => execution)
  })

type Disturbance = (world: {
  readonly kill: (which: number) => Effect.Effect<Blow>
  readonly database: { readonly stop: Effect.Effect<unknown>; readonly start: Effect.Effect<unknown> }
}) => Effect.Effect<ReadonlyArray<Blow>>

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
        const killed = yield* blow(runners[which]?.kill ?? Effect.void)
        runners[which] = yield* Scope.extend(startRunner(setup), scope)
        return killed
      })
    const executions = yield* Effect.forEach(
      names.flatMap((account) => numbers.map((number) => ({ account, number }))),
      ({ account, number }) =>
        Effect.map(SubmitImport.workflow.executionId(upload(account, number)), (execution) => ({
          account,
          number,
          execution
        }))
    )
    const hasArrived = (execution: string) =>
      executions.some(
        ({ account, execution: one, number }) =>
          one === execution &&
          accounts.some(({ submitted }) => submitted.includes(`new-${account}${number}@example.test`))
      )

    const [results, unknowable] = yield* Effect.gen(function* () {
      const [results, blows] = yield* Effect.all(
        [
          Effect.forEach(
            executions,
            ({ account, number }) =>
              Effect.all(
                [
                  Effect.either(
                    FollowImport.workflow.execute({ account, batchId: BatchId.make(`${account}-${number}`) })
                  ),
                  Effect.either(SubmitImport.workflow.execute(upload(account, number)))
                ],
                { concurrency: 2 }
              ),
            { concurrency: "unbounded" }
          ),
          disturb({ kill, database })
        ],
        { concurrency: 2 }
      )
      return [results, yield* canBeUnknown(blows, hasArrived)] as const
    }).pipe(Effect.provide(client(database.url)))

    for (const { left, name, requests, submitted } of accounts) {
      assert.isAtLeast(sixLeftWithin(left), 1000 - withoutProcessor, `${name}: rate`)
      const limited = (yield* requests).filter(({ status }) => Option.contains(status, 429))
      assert.lengthOf(limited, 1, `${name}: the injected 429 is the only one`)
      assert.lengthOf(new Set(submitted), submitted.length, `${name}: no submission arrived twice`)
    }
    return results.map(([followed, submitted], index) => ({
      canBeUnknown: unknowable.includes(executions[index]?.execution ?? ""),
      followed: Either.map(followed, ({ answer }) => answer),
      submitted: Either.mapBoth(submitted, {
        onLeft: ({ _tag, message }) => ({ _tag, message }),
        onRight: ({ settled: { answer } }) => ({
          status: answer.status,
          failure: answer.failure,
          successes: Option.map(answer.success, ({ length }) => length)
        })
      })
    }))
  })

const undisturbed = Effect.scoped(play(() => Effect.succeed([])))
let calm: Effect.Effect.Success<typeof undisturbed> | undefined

const likeUndisturbed = (disturb: Disturbance) =>
  Effect.gen(function* () {
    calm ??= yield* undisturbed
    assert.deepStrictEqual(
      calm
        .flatMap(({ followed, submitted }) => [
          ...Option.toArray(Either.getLeft(followed)),
          ...Option.toArray(Either.getLeft(submitted))
        ])
        .map(({ message }) => message),
      [],
      "what failed without a disturbance"
    )
    const results = yield* play(disturb)
    assert.deepStrictEqual(
      results.map(({ followed }) => followed),
      calm.map(({ followed }) => followed)
    )
    results.forEach(({ canBeUnknown, submitted }, index) => {
      // It was not sent again.
      if (Either.isLeft(submitted) && submitted.left._tag === "OutcomeUnknown") {
        assert.isTrue(canBeUnknown, `submission ${index} ended as unknown: it was not under way at a blow`)
      } else assert.deepStrictEqual(submitted, calm?.[index]?.submitted)
    })
  })

const kills = Number(process.env.AC_CLUSTER_KILLS ?? 3)
const seed = process.env.AC_CLUSTER_SEED ?? String(Date.now())

onPostgres(
  `settles each batch once, and submits none twice, with ${kills} runners killed (AC_CLUSTER_SEED=${seed})`,
  () =>
    likeUndisturbed(({ kill }) =>
      Effect.replicateEffect(
        Effect.gen(function* () {
          yield* Effect.sleep(Duration.millis(yield* Random.nextIntBetween(500, 6000)))
          return yield* kill(yield* Random.nextIntBetween(0, 2))
        }),
        kills
      ).pipe(Effect.withRandom(Random.make(seed)))
    ),
  600_000
)

onPostgres(
  "goes on after PostgreSQL has been down for 20 seconds",
  () =>
    likeUndisturbed(({ database }) =>
      Effect.gen(function* () {
        yield* Effect.sleep("5 seconds")
        const away = Effect.all([database.stop, Effect.sleep("20 seconds"), database.start])
        return [yield* blow(away)]
      })
    ),
  300_000
)
