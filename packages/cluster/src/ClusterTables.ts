/**
 * Makes the tables of Effect's cluster in PostgreSQL, one process after the other.
 *
 * @since 0.1.0
 */
import * as ShardingConfig from "@effect/cluster/ShardingConfig"
import * as SqlMessageStorage from "@effect/cluster/SqlMessageStorage"
import * as SqlRunnerStorage from "@effect/cluster/SqlRunnerStorage"
import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { alone } from "./internal/alone.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** What the names of the tables begin with, as in the cluster's own `layerWith`. Default `cluster`. */
  readonly prefix?: string | undefined
}

/**
 * As `layer`, for other names of the tables.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerWith = (options: Options): Layer.Layer<never, SqlError, SqlClient> => {
  const tables = Layer.merge(SqlMessageStorage.layerWith(options), SqlRunnerStorage.layerWith(options)).pipe(
    // With this setting, it makes every table that any other setting needs.
    Layer.provide(ShardingConfig.layer({ shardLockDisableAdvisory: true }))
  )
  // What has been made of them is not used: the cluster finds its tables and makes its own.
  return Layer.effectDiscard(alone(Effect.scoped(Layer.build(tables))))
}

/**
 * To be provided to every layer of the cluster, so that runners and clients may start at the same moment with a new
 * database. By itself, the cluster lets each of them make its tables, and those that are not first may fail.
 *
 * @example
 * ```ts
 * import * as PgClient from "@effect/sql-pg/PgClient"
 * import * as Config from "effect/Config"
 * import * as Layer from "effect/Layer"
 * import { ClusterTables } from "effect-activecampaign-cluster"
 *
 * const Database = ClusterTables.layer.pipe(
 *   Layer.provideMerge(PgClient.layerConfig({ url: Config.redacted("DATABASE_URL") }))
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<never, SqlError, SqlClient> = layerWith({})
