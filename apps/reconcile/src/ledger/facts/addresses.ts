/** Numbers addresses that have no number yet. `which` selects email keys, in the order in which to number them. */
export const numberAddresses = (which: string): string =>
  `INSERT INTO addresses (email_key) SELECT email_key FROM (${which}) WHERE true ON CONFLICT DO NOTHING`

/** The number of an address. `key` is SQL. */
export const addressOf = (key: string): string =>
  `(SELECT address_id FROM addresses WHERE email_key = ${key})`

const users = [
  "sent_contacts",
  "answer_failures",
  "local_rows",
  "former_sent",
  "id_links",
  "address_lookups",
  "list_statuses",
  "verdict_changes"
]

/** Deletes addresses that no row uses now. `which` selects their IDs. */
export const forgetAddresses = (which: string): string =>
  `DELETE FROM addresses WHERE address_id IN (${which})
   ${users.map((table) => `AND NOT EXISTS (SELECT 1 FROM ${table} u WHERE u.address_id = addresses.address_id)`).join("\n   ")}`
