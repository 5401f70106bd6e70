import { inWords, Outcome } from "../words.js"

/** Said in the same words wherever it is said. */
export const said = {
  batchId: "The batch, by the ID ActiveCampaign gave it. Opaque text.",
  email: "The address as it was sent.",
  emailKey:
    "The address trimmed, in Unicode NFC and lower case. Two addresses are the same contact if their keys are equal. Plus signs and dots are kept.",
  occurrence:
    "1 for the first row of this email key in the batch, 2 for the second, and so on. Above 1, the contact was sent more than once.",
  outcome: `The verdict: ${inWords(Outcome)}. Exactly one for each sent contact of each batch.`,
  evidence: "The rule that gave the outcome. docs/outcomes.md names what each rests on.",
  outcomeContactId:
    "The contact ID the outcome rests on. NULL where no ID known to be this contact's was in the success list."
} as const
