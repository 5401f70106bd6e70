import type { ClaimId } from "effect-activecampaign/Claim"

export const ClaimsId = Symbol.for("effect-activecampaign-simulator/Claims")

/**
 * Schema annotations of one key of a scenario: the claims about the service behind it, or none if the key tells the
 * simulator what to do. The table of switches is made from them.
 */
export const label = (claims: ClaimId | ReadonlyArray<ClaimId>, description: string) => ({
  description,
  [ClaimsId]: typeof claims === "string" ? [claims] : claims
})
