/** What stands in place of the part before the `@`. */
export const masked = "***"

/** `"odd one"@example.com`, also with `\"` inside. */
const quoted = /"(?:[^"\\\r\n]|\\[^\r\n]){1,128}"(?=@)/gu

/** The same inside a text that is quoted itself: `\"odd one\"@example.com`. */
const quotedAgain = /\\?"[^"\r\n]{1,128}\\"(?=@)/gu

/** As much before an `@` as can belong to an address. Several of them belong to one. */
const plain = /(?<![^\s"<>()[\],;:\\])[^\s"<>()[\],;:\\]+(?=@)/gu

/** The same in a URL, where the `@` may be escaped, even twice. */
const inUrl = /(?<![^\s"<>()[\],;:\\=&?/#])[^\s"<>()[\],;:\\=&?/#]+(?=%(?:25)*40)/gu

/**
 * Text in which no email address names a person: `***@example.com`. The domain stays, because it often is what an error
 * is about. What only looks like an address is masked as well.
 */
export const maskedAddresses = (text: string): string => {
  const known = text.includes("@")
    ? text.replace(quoted, masked).replace(quotedAgain, masked).replace(plain, masked)
    : text
  return known.includes("%") ? known.replace(inUrl, masked) : known
}
