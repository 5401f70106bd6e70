import * as Option from "effect/Option"
import type { NeverLeft } from "../NeverLeft.js"

/** The part of an `ApiUnavailable` that shows whether waiting helps, and what else does. */
interface Trouble {
  readonly status: Option.Option<number>
  readonly detail: string
  readonly neverLeft?: NeverLeft
}

/** Statuses that pass by themselves, such as 429. */
const isRefusedByProxy = (error: Trouble): boolean =>
  Option.contains(error.status, 407) ||
  (error.neverLeft === "proxy" && /\(4(?!08|25|29)\d\d\b/.test(error.detail))

/** A proxy may also be reached over TLS. Its failures then have codes of TLS. */
const isAboutCertificate = ({ detail, neverLeft }: Trouble): boolean =>
  neverLeft === "certificate" ||
  (neverLeft === "proxy" && /\b(CERT_\w+|\w+_CERT\w*|UNABLE_TO_VERIFY_LEAF_SIGNATURE)\b/.test(detail))

/** Whether it lasts until somebody changes something. */
const isOfConfiguration = (error: Trouble): boolean =>
  isAboutCertificate(error) || ["tls", "forbidden-port", "not-made"].some((why) => why === error.neverLeft)

const certificateRemedy = (detail: string): string => {
  if (/EXPIRED|NOT_YET_VALID|expired|not valid yet/.test(detail)) {
    return "The server's certificate is not valid at this time: check the clock of this computer, then tell the owner of the server."
  }
  if (/ALTNAME|HOSTNAME_MISMATCH|not valid for name/.test(detail)) {
    return "The server's certificate is for another host: check the URL."
  }
  const variable = detail.includes("client error (Connect)") ? "DENO_CERT" : "NODE_EXTRA_CA_CERTS"
  return `The runtime does not know the authority that signed the certificate. If your network has its own authority, for instance to inspect TLS, name the file of its certificate (PEM) in ${variable}.`
}

/** What to do about it. */
export const remedyOf = (error: Trouble): string => {
  if (isAboutCertificate(error)) return certificateRemedy(error.detail)
  switch (error.neverLeft) {
    case "tls":
      return "The port does not speak TLS, or no version that this runtime supports: check the port in the URL."
    case "forbidden-port":
      return "fetch refuses this port, because it belongs to another protocol: use another port."
    case "proxy":
      return "The account was not asked. Check the proxy and its settings."
    case "not-made":
      return "The request could not be created, and was not sent."
    default:
      return "Check the URL and the network."
  }
}

/** Whether it may pass by itself. */
export const isMendedByWaiting = (error: Trouble): boolean =>
  !(isRefusedByProxy(error) || isOfConfiguration(error))
