import type { ClaimId } from "../Claim.js"

/** The claims behind a part of the contract, also shown in OpenAPI. */
export const claimed = (...ids: readonly [ClaimId, ...Array<ClaimId>]) => ({ "x-claims": ids })
