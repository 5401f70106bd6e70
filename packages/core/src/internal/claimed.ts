import type { ClaimId } from "../Claim.js"

/** The claims on which a part of the contract rests, in OpenAPI as well. */
export const claimed = (...ids: readonly [ClaimId, ...Array<ClaimId>]) => ({ "x-claims": ids })
