import { inWords, Outcome } from "../words.js"

/** Notes that several columns share. */
export const said = {
  batchId: "The batch's ID, as ActiveCampaign gave it. Any text.",
  email: "The address as it was sent.",
  emailKey:
    "The address trimmed, in Unicode NFC and lower case. Two addresses with the same key are the same contact. Plus signs and dots are kept.",
  occurrence:
    "1 for the first row of this email key in the batch, 2 for the second, and so on. 2 or more means that the contact was sent more than once.",
  outcome: `What became of the contact: ${inWords(Outcome)}. docs/outcomes.md explains each.`,
  evidence: "The rule that gave the outcome. docs/outcomes.md has the list.",
  outcomeContactId:
    "The contact ID behind the outcome. NULL: no ID known to be this contact's was in the success list."
} as const
