import type { Holdings } from "../Holdings.js"
import type { Scenario } from "../Scenario.js"
import type { AccountState } from "./account.js"

type As = Scenario["account"]["include"]["as"]
type Row = { readonly [key: string]: unknown; readonly contact: string; readonly id: string }

interface Rows {
  readonly fieldValues: ReadonlyArray<Row>
  readonly contactTags: ReadonlyArray<Row>
  readonly contactLists: ReadonlyArray<Row>
  /** The tags that the rows name. */
  readonly tags: ReadonlyArray<{ readonly id: string; readonly tag: string }>
}

/** What contacts hold, in the rows of a relational database. */
export const rowsOf = (
  contacts: ReadonlyArray<{ readonly id: string; readonly holds: Holdings }>,
  { tagIdOf }: Pick<AccountState, "tagIdOf">
): Rows => {
  const tags = new Map<string, string>()
  const rows = <A>(
    of: (holds: Holdings) => ReadonlyArray<A>,
    row: (item: A) => { readonly [key: string]: unknown }
  ) =>
    contacts.flatMap(({ holds, id }) =>
      of(holds).map((item, index): Row => ({ ...row(item), contact: id, id: `${id}${index + 1}` }))
    )
  return {
    fieldValues: rows(
      ({ fields }) => Object.entries(fields),
      ([field, value]) => ({ field, value, links: {} })
    ),
    contactTags: rows(
      (holds) => holds.tags,
      (name) => {
        const tag = tagIdOf(name)
        tags.set(tag, name)
        return { tag, links: {} }
      }
    ),
    contactLists: rows(
      ({ lists }) => Object.entries(lists),
      ([list, status]) => ({ list, status: String(status), links: {} })
    ),
    tags: [...tags].map(([id, tag]) => ({ id, tag }))
  }
}

const asNumbers = (row: Row) =>
  Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key,
      key === "value" || key === "links" ? value : Number(value)
    ])
  )

/** A row of nobody, and one that says nothing. */
const halfBroken = (row: Row, index: number): unknown => {
  const { contact, id } = row
  if (index % 3 === 0) return row
  return index % 3 === 1 ? { ...row, contact: null } : { contact, id }
}

const spoilt = (rows: ReadonlyArray<Row>, as: As): unknown => {
  switch (as) {
    case "lists":
      return rows
    case "numbers":
      return rows.map(asNumbers)
    case "objects":
      return { ...rows }
    case "null":
      return null
    case "half-broken":
      return rows.map(halfBroken)
    case "strangers":
      return rows.map((row) => ({ ...row, contact: `9${row.contact}9` }))
    case "cut":
      return rows.slice(0, Math.ceil(rows.length / 2))
    case "empty":
      return []
  }
}

const parts = ["fieldValues", "contactTags", "contactLists"] as const
const isAsked = (include: ReadonlyArray<string>, part: string) =>
  include.some((name) => name === part || name.startsWith(`${part}.`))

/** The lists that were asked for, beside the contacts. */
export const besides = (rows: Rows, include: ReadonlyArray<string>, as: As): object => ({
  ...Object.fromEntries(
    parts.filter((part) => isAsked(include, part)).map((part) => [part, spoilt(rows[part], as)])
  ),
  ...(include.includes("contactTags.tag") ? { tags: rows.tags } : {})
})

/** The IDs of its rows, in a contact. */
export const namedIn = (rows: Rows, include: ReadonlyArray<string>, contact: string, as: As): object =>
  Object.fromEntries(
    parts
      .filter((part) => as !== "empty" && isAsked(include, part))
      .map((part) => [part, rows[part].filter((row) => row.contact === contact).map(({ id }) => id)])
  )
