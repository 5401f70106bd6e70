/** Nearly everything walks JSON by recursion, and runs out of stack after some thousand levels. */
export const mostLevels = 1000

const countUpTo = (text: string, bracket: string, most: number): number => {
  let count = 0
  for (let at = text.indexOf(bracket); at !== -1 && count <= most; at = text.indexOf(bracket, at + 1)) count++
  return count
}

const quote = 0x22
const backslash = 0x5c

/** Whether a JSON text is nested deeper than `mostLevels`. For other text the answer means nothing. */
export const isTooDeep = (text: string): boolean => {
  // Nearly every answer has fewer brackets than that in total, and counting them is as fast as a search.
  const brackets = countUpTo(text, "[", mostLevels) + countUpTo(text, "{", mostLevels)
  if (brackets <= mostLevels) return false
  let depth = 0
  let isString = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (isString) {
      if (code === backslash) at++
      else if (code === quote) isString = false
    } else if (code === quote) isString = true
    // "[" and "{", "]" and "}" differ in one bit.
    else if ((code | 0x20) === 0x7b) {
      if (++depth > mostLevels) return true
    } else if ((code | 0x20) === 0x7d) depth--
  }
  return false
}
