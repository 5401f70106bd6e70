import * as Option from "effect/Option"
import {
  type AppliedTag,
  type ContactDetails,
  listStatus,
  type Membership,
  type Part
} from "effect-activecampaign/ContactDetails"
import { fieldKey, isId } from "./names.js"
import type { SentMember } from "./SentMember.js"
import { unknownNames } from "./unknownNames.js"
import { clean, folded, type FieldKind, isEmpty, isWithoutOptions, judgeField, phoneForm } from "./values.js"

/** A custom field of the account. */
export interface AccountField extends FieldKind {
  readonly id: string
  readonly title: string
  readonly perstag: string | null
}

/** The names of an account, as last read. */
export interface AccountNames {
  readonly fields: ReadonlyArray<AccountField>
  /** Whether all fields were read. */
  readonly knowsFields: boolean
  /** By ID. */
  readonly tags: ReadonlyMap<string, string>
}

export const noNames: AccountNames = { fields: [], knowsFields: false, tags: new Map() }

/** What a look found of one sent member. */
export type Found =
  | { readonly _tag: "Same" }
  /** `found`: what the account has instead; null if it has nothing. */
  | { readonly _tag: "NotSame"; readonly found: string | null }
  | { readonly _tag: "CannotTell"; readonly why: string; readonly found: string | null }
  /** The answer did not have this part of the contact. */
  | { readonly _tag: "Unseen" }

const same: Found = { _tag: "Same" }
const unseen: Found = { _tag: "Unseen" }
const absent: Found = { _tag: "NotSame", found: null }
const cannotTell = (why: string, found: string | null = null): Found => ({ _tag: "CannotTell", why, found })

const oddShape = "it was sent in a shape that a bulk import does not take"
/** Of a part that does not show a value, and may lack some. Another answer may show it. */
export const incomplete = "the answer may not show everything"

const compareText = (sent: string, found: Option.Option<string>, form: (text: string) => string): Found =>
  Option.match(found, {
    onNone: () => unseen,
    onSome: (text) => {
      if (sent === text || form(sent) === form(text)) return same
      return clean(text) === "" ? absent : { _tag: "NotSame", found: text }
    }
  })

/** The field that a name stands for: its ID, if it has only digits, else its personalization tag, else its title. */
const findFields = (name: string, { fields }: AccountNames): ReadonlyArray<AccountField> => {
  if (isId(name)) return fields.filter(({ id }) => id === name)
  const wanted = fieldKey(name)
  const byTag = fields.filter(({ perstag }) => perstag !== null && folded(perstag) === wanted)
  return byTag.length > 0 ? byTag : fields.filter(({ title }) => folded(title) === folded(name))
}

/** The account's field of a sent member, or why it is not known. `identity`: the same for all names of the field. */
type NamedField = { readonly field: AccountField; readonly identity: string } | { readonly why: string }

const nameField = (name: string, names: AccountNames): NamedField => {
  const [field, another] = findFields(name, names)
  if (another !== undefined) return { why: "several fields of the account have this name" }
  if (field !== undefined) return { field, identity: `field ${field.id}` }
  // An ID stands for itself, even if the names of the account are not known.
  return isId(name)
    ? {
        field: { id: name, title: "", perstag: null, type: null, options: undefined },
        identity: `field ${name}`
      }
    : {
        why: names.knowsFields ? "the account has no field of this name" : unknownNames.fields.title
      }
}

const fieldsByName = new WeakMap<AccountNames, Map<string, NamedField>>()

/** Contacts have the same few fields, so each is found once. */
export const fieldOf = (name: string, names: AccountNames): NamedField => {
  const known = fieldsByName.get(names) ?? new Map<string, NamedField>()
  const before = known.get(name)
  if (before !== undefined) return before
  const named = nameField(name, names)
  fieldsByName.set(names, known.set(name, named))
  return named
}

const compareField = (
  { name, value }: SentMember,
  part: ContactDetails["fieldValues"],
  names: AccountNames
): Found => {
  if (part._tag === "NotSideloaded") return unseen
  const named = fieldOf(name, names)
  if ("why" in named) return cannotTell(named.why)
  const row = part.rows.find(({ field }) => field === named.field.id)
  if (row === undefined) {
    if (part._tag === "Incomplete") return cannotTell(incomplete)
    return isEmpty(value) ? same : absent
  }
  const judged = judgeField(value, row.value, named.field)
  if (judged === "same") return same
  if (judged !== "other") return cannotTell(judged.why, row.value)
  if (isEmpty(row.value)) return absent
  if (isEmpty(value)) return { _tag: "NotSame", found: row.value }
  // One text may stand for the other, as the label of an option does for its value.
  return named.field.options === undefined && !isWithoutOptions(named.field)
    ? cannotTell(unknownNames.fields.options, row.value)
    : { _tag: "NotSame", found: row.value }
}

const compareTag = ({ name }: SentMember, part: Part<AppliedTag>, { tags }: AccountNames): Found => {
  if (part._tag === "NotSideloaded") return unseen
  const applied = part.rows.map((row) => Option.getOrElse(row.name, () => tags.get(row.tag)))
  if (applied.some((tag) => tag !== undefined && folded(tag) === folded(name))) return same
  if (applied.includes(undefined)) return cannotTell(unknownNames.tags.name)
  return part._tag === "Incomplete" ? cannotTell(incomplete) : absent
}

const statusWords = new Map<number, string>(
  Object.entries(listStatus).map(([word, status]) => [status, word])
)

/** A status of a list in words. */
export const statusWord = (status: number): string => statusWords.get(status) ?? `status ${status}`

const compareList = ({ kind, name }: SentMember, part: Part<Membership>): Found => {
  if (part._tag === "NotSideloaded") return unseen
  const row = part.rows.find(({ list }) => list === name)
  if (row === undefined) return part._tag === "Incomplete" ? cannotTell(incomplete) : absent
  const wanted: ReadonlyArray<number> =
    kind === "subscribe" ? [listStatus.active] : [listStatus.unsubscribed, listStatus.bounced]
  return wanted.includes(row.status) ? same : { _tag: "NotSame", found: statusWord(row.status) }
}

/** Compares one sent member with what the account holds of its contact. */
export const compare = (member: SentMember, details: ContactDetails, names: AccountNames): Found => {
  if (member.isOdd === true) return cannotTell(oddShape)
  switch (member.kind) {
    case "first_name":
      return compareText(member.value, details.firstName, clean)
    case "last_name":
      return compareText(member.value, details.lastName, clean)
    case "customer_acct_name":
      return compareText(member.value, details.organization, clean)
    case "phone":
      return compareText(member.value, details.phone, phoneForm)
    case "field":
      return compareField(member, details.fieldValues, names)
    case "tag":
      return compareTag(member, details.tags, names)
    case "subscribe":
    case "unsubscribe":
      return compareList(member, details.lists)
  }
}

/**
 * What makes two members one: a list is left or joined, not both, and one field has an ID and a title. Undefined for a field
 * that the account is not known to have.
 */
const identityOf = ({ kind, name }: SentMember, names: AccountNames): string | undefined => {
  if (kind === "subscribe" || kind === "unsubscribe") return `list ${name}`
  if (kind !== "field") return `${kind} ${name}`
  const named = fieldOf(name, names)
  return "why" in named ? undefined : named.identity
}

/** Whether two of them may be one, so that they have to be compared with each other. */
export const mayRepeat = (members: ReadonlyArray<SentMember>, names: AccountNames): boolean => {
  const identities = new Set<string>()
  for (const member of members) {
    const identity = identityOf(member, names)
    if (identity === undefined || identities.has(identity)) return true
    identities.add(identity)
  }
  return false
}

const isList = ({ kind }: SentMember) => kind === "subscribe" || kind === "unsubscribe"

/** Whether two say one thing, if they are about one. It is not known what a value in an odd shape was taken for. */
const meanSame = (one: SentMember, other: SentMember): boolean => {
  if (isList(one) || isList(other)) return one.kind === other.kind
  return clean(one.value) === clean(other.value) && (one.kind === "tag" || one.isOdd === other.isOdd)
}

/** Whether another member says something else about the same thing. */
export type Opposed = "opposed" | "perhaps" | "no"

/** `perhaps`: the account is not known to have one of two fields, so they may be the same. */
export const opposed = (
  member: SentMember,
  others: ReadonlyArray<SentMember>,
  names: AccountNames
): Opposed => {
  const identity = identityOf(member, names)
  let isUnknown = false
  for (const other of others) {
    if (meanSame(member, other)) continue
    const its = identityOf(other, names)
    if (identity !== undefined && its === identity) return "opposed"
    const areFields = member.kind === "field" && other.kind === "field"
    if (areFields && (identity === undefined || its === undefined)) isUnknown ||= !names.knowsFields
  }
  return isUnknown ? "perhaps" : "no"
}
