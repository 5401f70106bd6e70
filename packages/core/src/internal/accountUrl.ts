import * as Either from "effect/Either"
import { InvalidAccountUrl } from "../SetupError.js"

const isLoopback = (hostname: string) =>
  hostname === "localhost" ||
  hostname.endsWith(".localhost") ||
  hostname === "[::1]" ||
  /^127(\.\d+){3}$/.test(hostname)

/** `https://host/api/3` from what people paste: with or without `/api/3`, with any trailing slashes. */
export const normalizeAccountUrl = (input: string | URL): Either.Either<string, InvalidAccountUrl> => {
  const refuse = (reason: string) => Either.left(new InvalidAccountUrl({ reason }))
  const text = String(input).trim()
  if (!URL.canParse(text)) return refuse("it is not a URL")
  const url = new URL(text)
  if (url.username !== "" || url.password !== "") return refuse("it contains a user name or password")
  if (url.search !== "" || url.hash !== "") return refuse("it contains a query or a fragment")
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname))) {
    // Only http is named: in `user:password@host` the scheme is the user name.
    const scheme = url.protocol === "http:" ? "http://" : "its scheme"
    return refuse(`${scheme} is not https:// (http:// is accepted for loopback addresses only)`)
  }
  const path = url.pathname.replace(/\/+$/, "").replace(/\/api(\/3)?$/, "")
  return Either.right(`${url.origin}${path}/api/3`)
}
