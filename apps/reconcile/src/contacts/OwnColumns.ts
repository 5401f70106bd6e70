import { normalForm, roleOf } from "./ColumnNames.js"

/** Put before a column of ours that would otherwise look like one of the source. */
const prefix = "reconcile_"

/** As `contacts load` would see it: by the same letters, or by the same meaning. */
const isTaken = (name: string, originals: ReadonlyArray<string>) => {
  const role = roleOf(name)
  const form = normalForm(name)
  return originals.some(
    (original) => normalForm(original) === form || (role !== null && roleOf(original) === role)
  )
}

/** The names of our columns next to those of the source, which keep theirs. */
export const ownNames = (
  own: ReadonlyArray<string>,
  originals: ReadonlyArray<string>
): ReadonlyArray<string> =>
  own.map((name) => {
    let free = name
    while (isTaken(free, originals)) free = `${prefix}${free}`
    return free
  })

/** In a file we wrote, the column with the address as sent; the last one added, if there are several. */
export const sentAddressColumn = (names: ReadonlyArray<string>): string | undefined =>
  names
    .filter((name) => name.startsWith(prefix) && /^(?:reconcile_)+email$/.test(name))
    .reduce<string | undefined>(
      (longest, name) => (name.length > (longest?.length ?? 0) ? name : longest),
      undefined
    )
