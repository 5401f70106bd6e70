import type { Scenario } from "../Scenario.js"
import type { Holdings, Mishap, Sent } from "../Holdings.js"

/** A change of what a contact holds. Times are milliseconds after the start. */
export interface Write {
  readonly at: number
  readonly apply: (before: Holdings) => Holdings
}

/** A badly formatted date becomes this one. */
const lostDate = "1899-11-30"

const active = 1
const unsubscribed = 2
const bounced = 3

const sameTag = (left: string, right: string) => left.toLowerCase() === right.toLowerCase()

const withTags = (before: ReadonlyArray<string>, added: ReadonlyArray<string>) => {
  const tags = [...before]
  for (const tag of added) if (!tags.some((known) => sameTag(known, tag))) tags.push(tag)
  return tags
}

const valueOf = (field: string, value: string, mishaps: ReadonlyArray<Mishap>) => {
  const of = (tag: "FieldDropped" | "DateLost") =>
    mishaps.some((mishap) => mishap._tag === tag && mishap.field === field)
  if (of("FieldDropped")) return undefined
  return of("DateLost") ? lostDate : value
}

/** The tags that a row writes, in order. */
export const tagsWritten = ({ tags = [] }: Sent, mishaps: ReadonlyArray<Mishap>): ReadonlyArray<string> =>
  tags.map((tag) => {
    for (const mishap of mishaps) if (mishap._tag === "TagMisspelt" && mishap.tag === tag) return mishap.as
    return tag
  })

const fieldsOf = (
  { fields = [] }: Sent,
  mishaps: ReadonlyArray<Mishap>,
  isKnown: (field: string) => boolean
) =>
  Object.fromEntries(
    fields.flatMap(({ id, value }): Array<[string, string]> => {
      const field = String(id)
      const written = isKnown(field) ? valueOf(field, value, mishaps) : undefined
      return written === undefined ? [] : [[field, written]]
    })
  )

const listsOf = (
  before: Holdings["lists"],
  { subscribe = [], unsubscribe = [] }: Sent,
  mishaps: ReadonlyArray<Mishap>
) => {
  const lists = new Map(Object.entries(before))
  for (const { listid } of subscribe) {
    const status = lists.get(String(listid))
    if (status !== unsubscribed && status !== bounced) lists.set(String(listid), active)
  }
  for (const { listid } of unsubscribe) lists.set(String(listid), unsubscribed)
  for (const mishap of mishaps) if (mishap._tag === "MadeActive") lists.set(mishap.list, active)
  return Object.fromEntries(lists)
}

/** What the import of a row does to its contact, and what others do to it afterwards. */
export const writesOf = (
  { account }: Scenario,
  sent: Sent,
  mishaps: ReadonlyArray<Mishap>,
  at: number
): ReadonlyArray<Write> => {
  const known = new Set(account.fields.map(({ id }) => id))
  const fields = fieldsOf(sent, mishaps, (field) => known.size === 0 || known.has(field))
  const imported: Write = {
    at,
    apply: (before) => ({
      firstName: sent.first_name ?? before.firstName,
      lastName: sent.last_name ?? before.lastName,
      phone: sent.phone ?? before.phone,
      organization: sent.customer_acct_name ?? before.organization,
      fields: { ...before.fields, ...fields },
      tags: withTags(before.tags, tagsWritten(sent, mishaps)),
      lists: listsOf(before.lists, sent, mishaps)
    })
  }
  const edits = mishaps.flatMap((mishap): Array<Write> => {
    if (mishap._tag !== "EditedLater") return []
    const { after, field, value } = mishap
    return [
      { at: at + after, apply: (before) => ({ ...before, fields: { ...before.fields, [field]: value } }) }
    ]
  })
  return [imported, ...edits]
}
