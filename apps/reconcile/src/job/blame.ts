import * as Option from "effect/Option"
import type { ContactsError } from "effect-activecampaign/ContactsError"

/**
 * Nobody was there, or somebody who sends us elsewhere or refuses us: nothing in this shows that the URL is the account's.
 */
export const provesNothing = (error: ContactsError): boolean =>
  error._tag === "AuthenticationFailed" ||
  (error._tag === "ApiUnavailable" && (error.reason === "Transport" || Option.contains(error.status, 407))) ||
  (error._tag === "RequestRejected" && error.status < 400)

/** No request went out, so it cannot have been the fault of what was asked. */
export const neverConnected = (error: ContactsError): boolean =>
  error._tag === "ApiUnavailable" && error.neverLeft !== undefined

/** The network, the service or the rate limit: it may pass at any time, and asking later is the remedy. */
export const isOfTheWay = (error: ContactsError): boolean =>
  error._tag === "ApiUnavailable" || error._tag === "RateLimited"

/** Trouble that meets every call alike, whatever it asks for. */
export const isEverybodys = (error: ContactsError): boolean =>
  error._tag === "AuthenticationFailed" || error._tag === "RateLimited" || neverConnected(error)
