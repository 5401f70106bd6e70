/** ActiveCampaign's published rules for addresses ask for a local part, an @, and two letters behind a dot of the domain. */
const domain = (email: string) => `substr(${email}, instr(${email}, '@') + 1)`

/** What stands behind the last dot: SQLite has no search from the end. */
const lastLabel = (host: string) => `substr(${host}, length(rtrim(${host}, replace(${host}, '.', ''))) + 1)`

/** Other scripts have letters, and dots, of their own: which of them make a domain is not told here. */
const isNoDomain = (
  host: string
) => `(${lastLabel(host)} NOT GLOB '[a-zA-Z][a-zA-Z]*' AND ${lastLabel(host)} NOT GLOB '*[^ -~]*')
          OR (${host} NOT GLOB '?*.*' AND ${host} NOT GLOB '*[。．｡]*') OR ${host} GLOB '*..*' OR ${host} GLOB '.*'`

/**
 * Why an address was probably rejected, in SQL over the rows of a verdict: by ActiveCampaign's published rules and by what
 * is recorded here. A guess, and called one: the API names no reasons. NULL where there is none.
 */
export const likelyReason = (row: string): string => {
  const email = `trim(${row}.email)`
  return `CASE
        WHEN instr(${email}, '@') = 0 THEN 'likely: the address has no @'
        WHEN instr(${email}, '@') = 1 THEN 'likely: nothing stands before the @'
        WHEN instr(${domain(email)}, '@') > 0 OR ${email} GLOB '*["(),:;<>[\\]*' OR instr(${email}, ']') > 0 OR ${email} GLOB '* *'
          THEN 'likely: the address has a character that ActiveCampaign does not take'
        WHEN ${isNoDomain(domain(email))}
          THEN 'likely: the part behind the @ is no domain'
        WHEN EXISTS (SELECT 1 FROM address_lookups k WHERE k.address_id = ${row}.address_id AND k.bounced = 1)
          THEN 'likely: mail to the contact bounced, when it was looked up'
        WHEN EXISTS (SELECT 1 FROM address_lookups k WHERE k.address_id = ${row}.address_id AND k.contact_id IS NOT NULL AND k.deleted = 0)
          THEN 'likely: the contact is in the account, and unsubscribed or excluded'
        WHEN ${row}.occurrence > 1 OR EXISTS (SELECT 1 FROM sent_contacts s
            WHERE s.batch = ${row}.batch AND s.address_id = ${row}.address_id AND s.occurrence > 1)
          THEN 'likely: the address was sent more than once in this batch'
      END`
}
