import * as Schema from "effect/Schema"

/** The parts of an imported contact that can be compared, by their names in the body of the request. */
export const Kind = Schema.Literal(
  "first_name",
  "last_name",
  "phone",
  "customer_acct_name",
  "field",
  "tag",
  "subscribe",
  "unsubscribe"
)

export type Kind = typeof Kind.Type

/** Those that are one text. */
export const texts: ReadonlyArray<"first_name" | "last_name" | "phone" | "customer_acct_name"> = [
  "first_name",
  "last_name",
  "phone",
  "customer_acct_name"
]

/** The name of a field or list that was sent without one: it may be any. */
export const unnamed = "without an ID"

/** One thing that was sent for a contact. */
export interface SentMember {
  readonly kind: Kind
  /**
   * The field, by its ID or by its title as declared; the tag; the ID of the list. An ID has no leading zeros. `""` for the
   * kinds that a contact has once.
   */
  readonly name: string
  /** The value of a name, phone, account name or field. `""` for a tag or list: that it was sent is all there is. */
  readonly value: string
  /** It has a shape that a bulk import does not take, so that nothing can be said of it. A list may then have any text for a name. */
  readonly isOdd?: true
}

/** What was sent for one contact in one batch. */
export interface SentRecord {
  readonly batch: number
  readonly addressId: number
  readonly occurrence: number
  /** Only what was declared. A contact of which nothing was declared has no record. */
  readonly members: ReadonlyArray<SentMember>
}

/** What a comparison says of a sent value. */
export const Comparison = Schema.Literal(
  "same",
  "different",
  "absent",
  "edited-since",
  "sent-again",
  "not-checked"
)

export type Comparison = typeof Comparison.Type
