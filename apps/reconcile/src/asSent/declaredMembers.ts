import { nameForm } from "./names.js"
import type { Mapping } from "./Sends.js"

/** One line of a mapping: what was sent, and the column or the value that it comes from. */
export interface DeclaredMember {
  /** `first_name`, `field 12`, `tag`, `list 3` or `unsubscribe from list 3`. */
  readonly member: string
  readonly column: string | null
  /** The value of all rows; null for a column, and for a list, which has none. */
  readonly value: string | null
  /** What separates the tags of a cell. */
  readonly separator: string | null
}

type From =
  | { readonly column: string; readonly separator?: string }
  | { readonly value: string | number; readonly separator?: never }

const from = (member: string, source: From): DeclaredMember =>
  "column" in source
    ? { member, column: source.column, value: null, separator: source.separator ?? null }
    : { member, column: null, value: String(source.value), separator: null }

const ofList = (member: string): DeclaredMember => ({ member, column: null, value: null, separator: null })

/** What a mapping declares, in its own order of kinds. */
export const declaredMembers = (mapping: Mapping): ReadonlyArray<DeclaredMember> => {
  const { fields = {}, subscribe = [], tags = [], unsubscribe = [] } = mapping
  return [
    ...(["first_name", "last_name", "phone", "customer_acct_name"] as const).flatMap((kind) => {
      const source = mapping[kind]
      return source === undefined ? [] : [from(kind, source)]
    }),
    ...Object.entries(fields).map(([name, source]) => from(`field ${nameForm(name)}`, source)),
    ...tags.map((source) => from("tag", source)),
    ...subscribe.map((id) => ofList(`list ${nameForm(String(id))}`)),
    ...unsubscribe.map((id) => ofList(`unsubscribe from list ${nameForm(String(id))}`))
  ]
}
