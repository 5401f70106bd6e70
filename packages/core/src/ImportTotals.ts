/**
 * How many batches and contacts the account imports each day.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Count, Text } from "./internal/loose.js"

/**
 * The imports of one day, by all integrations of the account together.
 *
 * @since 0.1.0
 * @category models
 */
export class DailyTotal extends Schema.Class<DailyTotal>("effect-activecampaign/DailyTotal")({
  /** The day as the service writes it, `YYYY-MM-DD`. Its time zone is not documented. */
  forDate: Text,
  batches: Count,
  contacts: Count
}) {}

/**
 * The reply of `GET /import/bulk_import`: what is waiting, and what was completed in the last seven days.
 *
 * It shows whether the queue is backed up. It names no batches, so it cannot recover a lost batch ID.
 *
 * @since 0.1.0
 * @category models
 */
export class ImportTotals extends Schema.Class<ImportTotals>("effect-activecampaign/ImportTotals")({
  outstanding: Schema.Array(DailyTotal),
  recentlyCompleted: Schema.Array(DailyTotal)
}) {}
