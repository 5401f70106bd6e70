import { isNobodyErased } from "./words.js"

/** ActiveCampaign's published rules: an address has a local part, an @, and a domain that ends in a dot and two letters or more. */
const domain = (email: string) => `substr(${email}, instr(${email}, '@') + 1)`

/** The part after the last dot. SQLite cannot search from the end. */
const lastLabel = (host: string) => `substr(${host}, length(rtrim(${host}, replace(${host}, '.', ''))) + 1)`

/** Other scripts have letters and dots of their own; domains in them are not judged here. */
const isNoDomain = (
  host: string
) => `(${lastLabel(host)} NOT GLOB '[a-zA-Z][a-zA-Z]*' AND ${lastLabel(host)} NOT GLOB '*[^ -~]*')
          OR (${host} NOT GLOB '?*.*' AND ${host} NOT GLOB '*[。．｡]*') OR ${host} GLOB '*..*' OR ${host} GLOB '.*'`

/**
 * In SQL, why an address was probably rejected: by ActiveCampaign's published rules and by what the file has recorded. It is
 * a guess, and says so: the API gives no reasons. NULL if there is no guess, as about somebody who was erased.
 */
export const likelyReason = (row: string): string => {
  const email = `trim(${row}.email)`
  return `CASE
        WHEN NOT (${isNobodyErased(email)}) THEN NULL
        WHEN instr(${email}, '@') = 0 THEN 'likely: the address has no @'
        WHEN instr(${email}, '@') = 1 THEN 'likely: there is nothing before the @'
        WHEN instr(${domain(email)}, '@') > 0 OR ${email} GLOB '*["(),:;<>[\\]*' OR instr(${email}, ']') > 0 OR ${email} GLOB '* *'
          THEN 'likely: the address has a character that ActiveCampaign does not accept'
        WHEN ${isNoDomain(domain(email))}
          THEN 'likely: the part after the @ is not a domain'
        WHEN EXISTS (SELECT 1 FROM address_lookups k WHERE k.address_id = ${row}.address_id AND k.bounced = 1)
          THEN 'likely: mail to the contact had bounced when it was looked up'
        WHEN EXISTS (SELECT 1 FROM address_lookups k WHERE k.address_id = ${row}.address_id AND k.contact_id IS NOT NULL AND k.deleted = 0)
          THEN 'likely: the contact is in the account, and unsubscribed or excluded'
        WHEN ${row}.occurrence > 1 OR EXISTS (SELECT 1 FROM sent_contacts s
            WHERE s.batch = ${row}.batch AND s.address_id = ${row}.address_id AND s.occurrence > 1)
          THEN 'likely: the address was sent more than once in this batch'
      END`
}
