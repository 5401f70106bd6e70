import { said } from "./common.js"
import type { ObjectNotes } from "./Note.js"

/** What the account said about contacts, and what it failed to say. */
export const ofAccount: ReadonlyArray<ObjectNotes> = [
  {
    object: "links",
    layer: "facts",
    note: "The account said that a contact ID belongs to an address. IDs that your own sources give stay in local_contacts.",
    columns: {
      contact_id: "ActiveCampaign's contact ID, as text, as received.",
      email_key: said.emailKey,
      email: "The address as the account writes it.",
      learnt_from:
        "resolve: asked whose the ID is. lookup: asked whether the address exists. local: a local contact said so, whose person was erased.",
      learnt_at: "When it was learnt. UTC. The contact's address may have changed since."
    }
  },
  {
    object: "gone_contacts",
    layer: "facts",
    note: "A contact ID that once succeeded and that the account no longer has.",
    columns: {
      contact_id: "ActiveCampaign's contact ID, as text, as received.",
      asked_at: "When the account was asked for it. UTC."
    }
  },
  {
    object: "lookups",
    layer: "facts",
    note: "An address that was looked up in the account, and what the account said. One row each time.",
    columns: {
      lookup_id: "A number in the order of asking; the highest of an address is its latest.",
      email_key: said.emailKey,
      email: "The address as it was asked for.",
      asked_at:
        "When the account was asked, before the call. UTC. Counts for the batches that had settled by then.",
      method:
        "address: asked for this address. walk: found, or not, on a walk through all contacts of the account.",
      contact_id: "The ID of the contact found. NULL: the account has no such contact.",
      found_email: "Its address as the account writes it. NULL: no such contact.",
      created_at:
        "When the contact was created, by the account's clock. UTC. NULL: no such contact, or no date given.",
      updated_at:
        "When it was last updated, by the account's clock. UTC. NULL: no such contact, or no date given.",
      deleted: "1: the account calls the contact deleted. 0: it does not. NULL: not known.",
      bounced:
        "1: the account has bounced mail of it. 0: it has not. NULL: not known. What the field counts is an assumption."
    }
  },
  {
    object: "account_errors",
    layer: "facts",
    note: "A call about contacts, not about a batch, that gave no answer after all retries.",
    columns: {
      account_error_id: "A number in the order of recording.",
      occurred_at: "When the call was given up. UTC.",
      step: "resolve: asked whose contact IDs are. lookup: asked whether addresses exist.",
      error: "The kind of error, in a word.",
      message: "One sentence for people. Its wording may change."
    }
  }
]
