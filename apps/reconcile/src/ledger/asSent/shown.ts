/** How much of what was sent a look shows: by what it did not show, as it is stored. */
import type { SentMember } from "../../asSent/SentMember.js"
import { gone, ofAnother } from "./lookAt.js"

/** How many values of each kind a look did not show; infinite if the answer had none of them. */
const unseenByKind = (unseen: string): ReadonlyMap<string, number> =>
  new Map(
    unseen.split(" ").map((text) => {
      const [kind = "", count] = text.split(":")
      return [kind, count === undefined ? Number.POSITIVE_INFINITY : Number(count)]
    })
  )

/** Whether a look lacks something that another has. */
const showsLess = (unseen: string, other: string) => {
  const known = unseenByKind(other)
  return [...unseenByKind(unseen)].some(([kind, count]) => count > (known.get(kind) ?? 0))
}

/** Whether a look shows less than the one before. */
export const isLess = (unseen: string | null, before: string | null): boolean => {
  if (before === null || unseen === null || unseen === gone.unseen) return false
  if (before === ofAnother.unseen) return false
  return showsLess(unseen, before)
}

/** Whether a look shows what the one before did not. */
export const isMore = (unseen: string | null, before: string | null): boolean =>
  before !== null && (unseen === null || (unseen !== gone.unseen && showsLess(before, unseen)))

/** Whether a look lets any of what was sent be compared. */
export const showsAny = (unseen: string | null, members: ReadonlyArray<SentMember>): boolean => {
  if (members.length === 0) return false
  if (unseen === null) return true
  if (unseen === gone.unseen || unseen === ofAnother.unseen) return false
  const counts = unseenByKind(unseen)
  return members.some(
    ({ kind }) => (counts.get(kind) ?? 0) < members.filter((other) => other.kind === kind).length
  )
}
