/** What a report says of the values that contacts were sent with. */
import { droppedOf, type MemberTotal } from "../ledger/reports/SentValues.js"
import { plural, thousands } from "../text/numbers.js"

/** All that is said about it if nothing was declared. */
export const notDeclared =
  "Fields, tags, lists and consent are not checked: nothing says what contacts were sent with. 'batches add --sent' or 'contacts load --sends FILE.json' does."

/** Whether not one of its values is in the account as it was sent, although all were looked at. */
export const neverArrived = (member: MemberTotal): boolean =>
  member.sent > 0 && droppedOf(member) === member.sent

/** After the number of its dropped values: `1,200 field 12 (Company), which never arrived for anybody`. */
export const droppedText = (member: MemberTotal): string => {
  const { absent, different, member: name, sent } = member
  if (absent === sent) return `${name}, which never arrived for anybody`
  const parts = [
    ...(absent > 0 ? [`${thousands(absent)} absent`] : []),
    ...(different > 0 ? [`${thousands(different)} different`] : [])
  ]
  return `${name}, of ${thousands(sent)} sent: ${parts.join(", ")}`
}

export const memberHead: ReadonlyArray<string> = [
  "sent value",
  "sent",
  "absent",
  "different",
  "same",
  "cannot tell",
  "not checked"
]

/** A row under `memberHead`. */
export const memberCells = (member: MemberTotal): ReadonlyArray<string> => [
  member.member,
  ...[member.sent, member.absent, member.different, member.same, member.cannot_tell, member.not_checked].map(
    thousands
  )
]

/** What the table does not say by itself. */
export const memberNote = ({
  members,
  notes = []
}: {
  readonly members: ReadonlyArray<MemberTotal>
  readonly notes?: ReadonlyArray<string>
}): string => {
  const never = members.filter(neverArrived).length
  const unchecked = members.reduce((sum, { not_checked }) => sum + not_checked, 0)
  const wrong = members.flatMap(({ member, problem }) => (problem === null ? [] : [`${member}: ${problem}.`]))
  return [
    ...(never > 0 ? [`${thousands(never)} of these never arrived for anybody.`] : []),
    ...wrong,
    ...(unchecked > 0
      ? [
          `${plural(unchecked, "value")} ${unchecked === 1 ? "is" : "are"} not checked: only imported and present contacts are compared, and only once they were looked at and found. contact_values names any doubt that is left.`
        ]
      : []),
    ...notes
  ].join(" ")
}
