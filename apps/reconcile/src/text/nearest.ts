// Names are short; whatever else was typed is compared by its beginning.
const compared = 100

/** How many letters are to be put in, taken out, replaced or swapped with the next. */
const distance = (left: string, right: string): number => {
  let before: ReadonlyArray<number> = []
  let above = Array.from({ length: right.length + 1 }, (_, at) => at)
  for (let row = 1; row <= left.length; row++) {
    const here = [row]
    for (let column = 1; column <= right.length; column++) {
      const isSame = left[row - 1] === right[column - 1]
      const isSwapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
      here.push(
        Math.min(
          (above[column - 1] ?? 0) + (isSame ? 0 : 1),
          (above[column] ?? 0) + 1,
          (here[column - 1] ?? 0) + 1,
          isSwapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY
        )
      )
    }
    before = above
    above = here
  }
  return above[right.length] ?? 0
}

const folded = (text: string) => text.slice(0, compared).toLowerCase()

/** The name most like what was typed; none where nothing is like it. */
export const nearest = (typed: string, among: ReadonlyArray<string>): string | undefined => {
  const wanted = folded(typed)
  const [best] = among
    .map((name) => ({ name, edits: distance(wanted, folded(name)) }))
    .sort((left, right) => left.edits - right.edits)
  return best !== undefined && best.edits <= Math.max(1, Math.floor(best.name.length / 3))
    ? best.name
    : undefined
}
