import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"

/** A URL that is called to tell somebody. Who knows it may call it, so only its host is ever shown. */
export interface Webhook {
  readonly url: Redacted.Redacted
  /** With the port, if there is one. */
  readonly host: string
}

/** Errors never repeat the text. */
export const parse = (text: string, subject: string): Either.Either<Webhook, string> => {
  const refuse = (problem: string) => Either.left(`${subject} ${problem}`)
  if (!URL.canParse(text)) return refuse("is not a URL. Write https://HOST/PATH.")
  const url = new URL(text)
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    return refuse("does not begin with https:// or http://.")
  }
  if (url.username !== "" || url.password !== "") {
    return refuse("has a user name or password in it. Use a URL whose path is the secret.")
  }
  url.hash = ""
  return Either.right({ url: Redacted.make(url.href), host: url.host })
}

/** The URL with more at the end of its path: `/start` for `https://HOST/ID?create=1` gives `https://HOST/ID/start?create=1`. */
export const below = ({ host, url }: Webhook, path: string): Webhook => {
  const longer = new URL(Redacted.value(url))
  longer.pathname = longer.pathname.replace(/\/$/, "") + path
  return { host, url: Redacted.make(longer.href) }
}
