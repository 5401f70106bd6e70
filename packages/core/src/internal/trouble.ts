import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { ActiveCampaignError } from "../ActiveCampaignError.js"

/** Whoever made a call hears of each attempt that failed, while the client still tries again; by default nobody does. */
export class Trouble extends Context.Reference<Trouble>()("effect-activecampaign/internal/Trouble", {
  defaultValue: () => ({ heard: (_error: ActiveCampaignError): Effect.Effect<void> => Effect.void })
}) {}
