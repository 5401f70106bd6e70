import type { ContactDetails } from "effect-activecampaign/ContactDetails"
import { type AccountField, type AccountNames, compare } from "../../../src/asSent/compare.js"
import type { SentMember } from "../../../src/asSent/SentMember.js"
import { nothing } from "../../support/sentValues.js"

export const field = (type: string | null, options: AccountField["options"] = []): AccountField => ({
  id: "12",
  title: "Company",
  perstag: "COMPANY",
  type,
  options
})

export const namesOf = (...fields: ReadonlyArray<AccountField>): AccountNames => ({
  fields,
  knowsFields: true,
  tags: new Map([["5", "VIP"]])
})

export const details = (parts: Partial<ContactDetails>): ContactDetails => ({
  ...nothing,
  ...parts
})

export const sent = (value: string, name = "12"): SentMember => ({ kind: "field", name, value })

export const holding = (value: string) =>
  details({ fieldValues: { _tag: "Complete", rows: [{ field: "12", value }] } })

/** What is said of a value of the field 12, in one word or why it cannot be told. */
export const said = (value: string, found: string, kind: AccountField = field("text")) => {
  const one = compare(sent(value), holding(found), namesOf(kind))
  switch (one._tag) {
    case "NotSame":
      return one.found === null ? "absent" : "different"
    case "CannotTell":
      return one.why
    case "Same":
    case "Unseen":
      return one._tag.toLowerCase()
  }
}

export const isDoubtful = (word: string) => !["same", "different", "absent", "unseen"].includes(word)
