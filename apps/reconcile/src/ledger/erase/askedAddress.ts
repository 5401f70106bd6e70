import { folded, readingsOf, withoutUnseen } from "./readings.js"

/** A plain address, as readers of texts take it out of them: signs that only stand around one are no part of it. */
const plain =
  /[\p{L}\p{N}\p{M}+_~-][\p{L}\p{N}\p{M}+_~.'’&!$%*^-]*@(?:[\p{L}\p{N}\p{M}_.-]*[\p{L}\p{N}\p{M}_])/gu

/** The one address that was asked for; or the plain ones that stand in what was typed, where that is more than one address. */
export type Asked = { readonly address: string } | { readonly within: ReadonlyArray<string> }

/**
 * What somebody typed or pasted as an address. `Ada <ada@x.test>`, `mailto:ada@x.test` or `ada%40x.test` is not taken for
 * one: nothing may be called free of it while `ada@x.test` stands there. What no plain address stands in is taken as it is.
 */
export const askedAddress = (typed: string): Asked => {
  const text = withoutUnseen(typed).trim()
  const last = [...readingsOf(text, { places: false })].at(-1)?.text ?? ""
  const found = new Set(last.match(plain) ?? [])
  const isWhole = text.match(plain)?.[0] === text && last === folded(text)
  return isWhole || found.size === 0 ? { address: text } : { within: [...found] }
}
