/**
 * The request rates of an account, shared by all runners of a cluster.
 *
 * One entity for each account holds the library's own `RateBudget`. Every call of every runner asks it for a turn, so that
 * all runners together stay within the limit in any rolling second, and a 429 that one of them gets holds all.
 *
 * @since 0.1.0
 */
import * as ClusterSchema from "@effect/cluster/ClusterSchema"
import * as Entity from "@effect/cluster/Entity"
import type { Sharding } from "@effect/cluster/Sharding"
import * as Rpc from "@effect/rpc/Rpc"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as RateBudget from "effect-activecampaign/RateBudget"
import type { InvalidOption } from "effect-activecampaign/SetupError"
import { budgetFrom, keeperOf } from "./internal/sharedTurns.js"

const Kind = Schema.Literal("read", "import-many", "import-one")

const BudgetEntity = Entity.make("ActiveCampaign/RateBudget", [
  Rpc.make("take", {
    payload: { kind: Kind, usableFor: Schema.Number },
    success: Schema.Struct({ inLine: Schema.Number, usableFor: Schema.Number })
  }),
  Rpc.make("hold", { payload: { millis: Schema.Number, kind: Schema.UndefinedOr(Kind) } }),
  Rpc.make("observe", { payload: { remaining: Schema.Number, limit: Schema.optional(Schema.Number) } })
]).annotate(ClusterSchema.ClientTracingEnabled, false)

/** A new entity knows nothing of the turns that the one before it gave. After a second, none of them counts any more. */
const unknownPast = Duration.seconds(1)

/** Longer than a minute's window, and than the longest hold: nothing that matters is forgotten with an idle entity. */
const maxIdleTime = Duration.minutes(6)

/**
 * The entities, one for each account, for every runner to serve. Fails with `InvalidOption` if a limit is not a positive
 * number. All runners need the same options.
 *
 * An entity that starts, also on another runner, waits a second before its first turn. It knows nothing of the imports that
 * the one before it let go: for up to a minute after a move, twice as many may leave. If that can exceed your account's 100,
 * set `importsPerMinute` to 47.
 *
 * @since 0.1.0
 * @category layers
 */
export const entity = (options?: RateBudget.Options): Layer.Layer<never, InvalidOption, Sharding> =>
  Layer.unwrapEffect(
    Effect.as(
      RateBudget.make(options),
      BudgetEntity.toLayer(
        Effect.gen(function* () {
          // The options have been checked.
          const budget = yield* Effect.orDie(RateBudget.make(options))
          yield* budget.hold(unknownPast)
          const keeper = keeperOf(budget, options?.requestsPerSecond !== Number.POSITIVE_INFINITY)
          return {
            take: ({ payload }) => keeper.take(payload),
            hold: ({ payload }) => keeper.hold(payload),
            observe: ({ payload }) => keeper.observe(payload)
          }
        }),
        // By default an entity handles one message at a time, and a hold would wait behind those it must stop.
        { concurrency: "unbounded", mailboxCapacity: "unbounded", maxIdleTime }
      )
    )
  )

/**
 * The budget of one account. Its calls never fail: they wait until a runner serves the account's entity.
 *
 * A turn that took more than 200 ms to arrive is not used, because others may have left since. A runner that is that slow
 * then asks for turns that it can use for longer, up to 10 seconds, in which nobody else gets one. Of the callers of one
 * budget, 16 of each kind stand in the account's line at a time.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (account: string): Effect.Effect<RateBudget.Service, never, Sharding> =>
  Effect.flatMap(BudgetEntity.client, (clientOf) => budgetFrom(clientOf(account)))

/**
 * The `RateBudget` of one account, for every client of it on any runner. The workflows of this package use it by themselves.
 *
 * When the runner dies that serves the account's entity, the account is silent until another one does. PostgreSQL releases
 * the locks of a killed process at once, but the runner counts as alive until its heartbeat is older than
 * `shardLockExpiration` (default 35 seconds) or another runner finds it dead, which it checks each
 * `runnerHealthCheckInterval` (default 1 minute). Without advisory locks, `shardLockExpiration` also decides when its locks
 * end. A call that was under way then still counts: the next turn is given at least a second after the move.
 *
 * @example
 * ```ts
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 * import { ActiveCampaignClient } from "effect-activecampaign"
 * import { ClusterRateBudget } from "effect-activecampaign-cluster"
 *
 * const ClientLive = ActiveCampaignClient.layerConfig().pipe(
 *   Layer.provide(ClusterRateBudget.layer("acme")),
 *   Layer.provide(FetchHttpClient.layer)
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (account: string): Layer.Layer<RateBudget.RateBudget, never, Sharding> =>
  Layer.effect(RateBudget.RateBudget, make(account))
