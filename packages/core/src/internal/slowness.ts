import * as Option from "effect/Option"
import type { ContactsError } from "../ContactsError.js"

/** What a gateway answers in place of a service that takes too long. */
const tooSlow: ReadonlySet<number> = new Set([408, 504, 524])

/** The call took longer than somebody was willing to wait. */
export const isTooSlow = (error: ContactsError): boolean =>
  error._tag === "ApiUnavailable" &&
  (error.reason === "Timeout" || Option.exists(error.status, (status) => tooSlow.has(status)))
