import * as Effect from "effect/Effect"
import { Ledger } from "../Ledger.js"

/** Whether any source declares what its contacts were sent with. */
export const hasAny = Ledger.use((sql) =>
  Effect.map(
    sql<{
      readonly any: number
    }>`SELECT EXISTS (SELECT 1 FROM local_sources WHERE sends IS NOT NULL) AS "any"`,
    ([row]) => row?.any === 1
  )
)
