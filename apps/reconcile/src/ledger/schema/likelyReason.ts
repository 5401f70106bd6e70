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

/** In SQL: whether an exclusion `x` matches an email key, in each of three ways. Exclusions from texts do not count. */
export const exclusionMatches = (key: string) => {
  const by = (types: string, matches: string) =>
    `x.match_type IN (${types}) AND x.match_phrase <> '' AND ${matches} AND coalesce(x.channel, '') <> 'allSms'`
  return {
    exact: by("'exact'", `x.match_phrase = ${key}`),
    begin: by("'begin', 'start', 'prefix'", `substr(${key}, 1, length(x.match_phrase)) = x.match_phrase`),
    end: by("'end', 'suffix'", `substr(${key}, -length(x.match_phrase)) = x.match_phrase`)
  }
}

/** In SQL: the first phrase that matches. */
const excludedBy = (matches: string) =>
  `(SELECT x.match_phrase FROM account_exclusions x WHERE ${matches} ORDER BY x.match_phrase LIMIT 1)`

/** In SQL: the first list on which an address had a status when it was last looked at. 2: unsubscribed, 3: bounced. */
const listWith = (address: string, status: 2 | 3) =>
  `(SELECT t.list_id FROM list_statuses t WHERE t.address_id = ${address} AND t.status = ${status}
          AND NOT EXISTS (SELECT 1 FROM list_statuses n
            WHERE n.address_id = t.address_id AND n.list_id = t.list_id AND n.look_id > t.look_id)
          ORDER BY length(t.list_id), t.list_id LIMIT 1)`

/** In SQL: whether a look at one of the address's contacts found that mail to it had bounced. */
const hasBounced = (address: string) =>
  `EXISTS (SELECT 1 FROM sent_contacts h INDEXED BY sent_contacts_by_address
          CROSS JOIN contact_looks k ON k.batch = h.batch AND k.address_id = h.address_id AND k.occurrence = h.occurrence
          WHERE h.address_id = ${address} AND k.bounced = 1)`

/** In SQL: what an address's last look-up that found a contact says of it. */
const lastFound = (address: string, column: string) =>
  `(SELECT k.${column} FROM address_lookups k WHERE k.address_id = ${address} AND k.contact_id IS NOT NULL
          ORDER BY k.lookup_id DESC LIMIT 1)`

/**
 * In SQL, why an address was probably rejected: by ActiveCampaign's published rules and by what the file has recorded. It is
 * a guess, and says so: the API gives no reasons. NULL if there is no guess, as about somebody who was erased.
 * `row` has an email, its key, the batch, the number of the address and the occurrence.
 */
export const likelyReason = (row: string): string => {
  const email = `trim(${row}.email)`
  const key = `${row}.email_key`
  const address = `${row}.address_id`
  const matches = exclusionMatches(key)
  const end = excludedBy(matches.end)
  const begin = excludedBy(matches.begin)
  return `CASE
        WHEN NOT (${isNobodyErased(email)}) THEN NULL
        WHEN instr(${email}, '@') = 0 THEN 'likely: the address has no @'
        WHEN instr(${email}, '@') = 1 THEN 'likely: there is nothing before the @'
        WHEN instr(${domain(email)}, '@') > 0 OR ${email} GLOB '*["(),:;<>[\\]*' OR instr(${email}, ']') > 0 OR ${email} GLOB '* *'
          THEN 'likely: the address has a character that ActiveCampaign does not accept'
        WHEN ${isNoDomain(domain(email))}
          THEN 'likely: the part after the @ is not a domain'
        WHEN ${excludedBy(matches.exact)} IS NOT NULL
          THEN 'likely: the address is in the account''s exclusion list'
        WHEN ${end} IS NOT NULL
          THEN 'likely: the account''s exclusion list has addresses that end in ''' || ${end} || ''''
        WHEN ${begin} IS NOT NULL
          THEN 'likely: the account''s exclusion list has addresses that begin with ''' || ${begin} || ''''
        WHEN EXISTS (SELECT 1 FROM address_lookups k WHERE k.address_id = ${address} AND k.bounced = 1)
          THEN 'likely: mail to the contact had bounced when it was looked up'
        WHEN ${hasBounced(address)}
          THEN 'likely: mail to the contact had bounced when it was looked at'
        WHEN ${listWith(address, 3)} IS NOT NULL
          THEN 'likely: mail to the contact had bounced on list ' || ${listWith(address, 3)} || ' when it was looked at'
        WHEN ${listWith(address, 2)} IS NOT NULL
          THEN 'likely: the contact was unsubscribed from list ' || ${listWith(address, 2)} || ' when it was looked at'
        WHEN ${lastFound(address, "deleted")} = 1
          THEN 'likely: the contact was deleted in the account when it was looked up'
        WHEN EXISTS (SELECT 1 FROM address_lookups k WHERE k.address_id = ${address} AND k.contact_id IS NOT NULL AND k.deleted = 0)
          THEN 'likely: the contact is in the account, and unsubscribed or excluded'
        WHEN ${row}.occurrence > 1 OR EXISTS (SELECT 1 FROM sent_contacts s
            WHERE s.batch = ${row}.batch AND s.address_id = ${address} AND s.occurrence > 1)
          THEN 'likely: the address was sent more than once in this batch'
      END`
}
