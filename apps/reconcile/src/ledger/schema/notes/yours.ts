import { said } from "./common.js"
import type { ObjectNotes } from "./Note.js"

/** The user's own contacts. */
export const yours: ReadonlyArray<ObjectNotes> = [
  {
    object: "local_sources",
    layer: "yours",
    note: "A source of contacts that was loaded: a file, a table, standard input, or the contacts of one batch.",
    columns: {
      local_source_id: "A number in the order of first loading.",
      name: "The file's path, or the name given with --source. Loading the same name again updates its contacts.",
      loaded_at: "When it was last loaded. UTC.",
      key_column: "The column named with --key. NULL: the contacts are identified by their addresses.",
      sends:
        "What its contacts were sent with, as JSON: the mapping of --sends, or that the rows are payloads. NULL: not declared.",
      columns: "The names of its columns in the order first seen, as a JSON array."
    }
  },
  {
    object: "local_contacts",
    layer: "yours",
    note: "One of your own contacts, as in its source. The same person in two sources has two rows.",
    columns: {
      local_contact_id: "A number in this file. Not an ActiveCampaign ID.",
      local_source_id: "The source it was loaded from.",
      email_key: said.emailKey,
      occurrence: "1 for the first row of this email key in the source, 2 for the second, and so on.",
      email: "The address as in the source.",
      contact_id: "The ActiveCampaign contact ID in the source, not checked. NULL: it has none.",
      batch_id: "The batch in the source's row. NULL: it names none, or the batch was removed.",
      source_key: "The row's value in the source's key column. NULL: the source is loaded without --key.",
      source_columns:
        "All columns of the source's row, as a JSON object. Read one with json_extract(source_columns, '$.name')."
    }
  },
  {
    object: "local_former_sent",
    layer: "yours",
    note: "Contacts that a source once named as sent in a batch and no longer names. They still count as sent. 'contacts remove' undoes that.",
    columns: {
      local_source_id: "The source that named them.",
      batch_id: said.batchId,
      email_key: said.emailKey,
      contacts: "The most contacts with this address that the source named in the batch at one time."
    }
  }
]
