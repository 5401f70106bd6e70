import { folded, readingsOf, withoutUnseen } from "./readings.js"

/** A plain address within a text. Signs around it are not part of it. */
const plain =
  /[\p{L}\p{N}\p{M}+_~-][\p{L}\p{N}\p{M}+_~.'’&!$%*^-]*@(?:[\p{L}\p{N}\p{M}_.-]*[\p{L}\p{N}\p{M}_])/gu

/** The address that was typed, or the plain addresses in the typed text if it is more than one address. */
export type Asked = { readonly address: string } | { readonly within: ReadonlyArray<string> }

/**
 * What somebody typed or pasted as an address. `Ada <ada@x.test>`, `mailto:ada@x.test` and `ada%40x.test` are not accepted
 * as one: the file must not be called free of it while it contains `ada@x.test`. A text without a plain address is taken
 * as it is.
 */
export const askedAddress = (typed: string): Asked => {
  const text = withoutUnseen(typed).trim()
  const last = [...readingsOf(text, { places: false })].at(-1)?.text ?? ""
  const found = new Set(last.match(plain) ?? [])
  const isWhole = text.match(plain)?.[0] === text && last === folded(text)
  return isWhole || found.size === 0 ? { address: text } : { within: [...found] }
}
