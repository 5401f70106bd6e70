import type { ClaimId } from "effect-activecampaign/Claim"

export const ClaimsId = Symbol.for("effect-activecampaign-simulator/Claims")

/**
 * Schema annotations of one key of a scenario: the claims about the service on which it rests, or none where the key tells
 * the simulator what to do. The table of switches is read back from them.
 */
export const label = (claims: ClaimId | ReadonlyArray<ClaimId>, description: string) => ({
  description,
  [ClaimsId]: typeof claims === "string" ? [claims] : claims
})
