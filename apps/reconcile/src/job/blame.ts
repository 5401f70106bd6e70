import * as Option from "effect/Option"
import type { ContactsError } from "effect-activecampaign/ContactsError"

/**
 * Nothing answered, or something redirected or refused us: this does not show that the URL is the account's.
 */
export const provesNothing = (error: ContactsError): boolean =>
  error._tag === "AuthenticationFailed" ||
  (error._tag === "ApiUnavailable" && (error.reason === "Transport" || Option.contains(error.status, 407))) ||
  (error._tag === "RequestRejected" && error.status < 400)

/** No request was sent, so what was asked cannot be the cause. */
export const neverConnected = (error: ContactsError): boolean =>
  error._tag === "ApiUnavailable" && error.neverLeft !== undefined

/** Trouble of the network, the service or the rate limit, which may pass: asking again later helps. */
export const isOfTheWay = (error: ContactsError): boolean =>
  error._tag === "ApiUnavailable" || error._tag === "RateLimited"

/** Trouble that affects every call, whatever it asks for. */
export const isEverybodys = (error: ContactsError): boolean =>
  error._tag === "AuthenticationFailed" || error._tag === "RateLimited" || neverConnected(error)
