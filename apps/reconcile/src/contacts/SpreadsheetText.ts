/** Characters that begin a formula in spreadsheets, in every width. */
const risky = /[=+\-@\u2212\uFE62\uFE63\uFE66\uFE6B\uFF0B\uFF0D\uFF1D\uFF20]/

/** Characters that some spreadsheets skip first: blanks, quotes and invisible ones. */
const ignorable = /['"\p{Cc}\p{Cf}\p{Z}]/u

/** Where a spreadsheet set to another delimiter, or one that ignores quotes, would begin a new cell. */
const separator = /[;\t\r\n]/

const plain = /^[A-Za-z0-9][^;\t\r\n]*$/

/**
 * The places, last first, at which a formula could begin. Apostrophes are ignored, so that adding or removing one there
 * never changes the places: this makes `restore` the exact inverse.
 */
const places = (text: string): ReadonlyArray<number> => {
  const found: Array<number> = []
  const beginsWithControl = /^'*[\t\r\n]/.test(text)
  let leadsToRisk = false
  for (let at = text.length - 1; at >= 0; at--) {
    const sign = text[at] ?? ""
    if (risky.test(sign)) leadsToRisk = true
    else if (!ignorable.test(sign)) leadsToRisk = false
    const begins = at === 0 || separator.test(text[at - 1] ?? "")
    if (begins && (leadsToRisk || (at === 0 && beginsWithControl))) found.push(at)
  }
  return found
}

/** Text that no spreadsheet runs: an apostrophe is added before anything that could begin a formula. */
export const neutralise = (text: string): string => {
  if (plain.test(text)) return text
  let safe = text
  for (const at of places(text)) safe = `${safe.slice(0, at)}'${safe.slice(at)}`
  return safe
}

/** The text that was neutralised: for every text, `restore(neutralise(text))` is that text again. */
export const restore = (text: string): string => {
  if (!text.includes("'")) return text
  let original = text
  for (const at of places(text)) {
    if (text[at] === "'") original = original.slice(0, at) + original.slice(at + 1)
  }
  return original
}
