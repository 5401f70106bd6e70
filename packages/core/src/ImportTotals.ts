/**
 * How many batches and contacts the account imports a day.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Count, Text } from "./internal/loose.js"

/**
 * The imports of one day, of every integration of the account together.
 *
 * @since 0.1.0
 * @category models
 */
export class DailyTotal extends Schema.Class<DailyTotal>("effect-activecampaign/DailyTotal")({
  /** The day as the service writes it, `YYYY-MM-DD`; in which zone is not documented. */
  forDate: Text,
  batches: Count,
  contacts: Count
}) {}

/**
 * The reply of `GET /import/bulk_import`: what still waits, and what was completed in the last seven days.
 *
 * It names no batches, so a lost batch ID cannot be found here. Useful to see whether the queue is backed up.
 *
 * @since 0.1.0
 * @category models
 */
export class ImportTotals extends Schema.Class<ImportTotals>("effect-activecampaign/ImportTotals")({
  outstanding: Schema.Array(DailyTotal),
  recentlyCompleted: Schema.Array(DailyTotal)
}) {}
