import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { ActiveCampaignError } from "../ActiveCampaignError.js"

/** Called for each failed attempt of a call while the client still retries. By default, it does nothing. */
export class Trouble extends Context.Reference<Trouble>()("effect-activecampaign/internal/Trouble", {
  defaultValue: () => ({ heard: (_error: ActiveCampaignError): Effect.Effect<void> => Effect.void })
}) {}
