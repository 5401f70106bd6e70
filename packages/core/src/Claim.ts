/**
 * What this project takes to be true of ActiveCampaign's API beyond its published definition, each with its evidence.
 *
 * If the contract, the simulator or the documentation says more than the vendor's definition, or something else, it names
 * an entry of this list.
 *
 * @since 0.1.0
 */

/**
 * How a claim is known: `documented` on ActiveCampaign's pages, `observed` in public code, tests or issue threads, or
 * `assumed` by this project.
 *
 * @since 0.1.0
 * @category models
 */
export type Evidence = "documented" | "observed" | "assumed"

/**
 * One claim about the service.
 *
 * @since 0.1.0
 * @category models
 */
export interface Claim {
  readonly says: string
  readonly evidence: Evidence
  /** Where it is documented or was seen; for an assumption, the reason for it. */
  readonly source: string
}

const documented = (says: string, source: string): Claim => ({ says, evidence: "documented", source })
const observed = (says: string, source: string): Claim => ({ says, evidence: "observed", source })
const assumed = (says: string, source: string): Claim => ({ says, evidence: "assumed", source })

const statusInfo = 'Page "Bulk import status info"'
const statusList = 'Page "Bulk import status list"'
const bulkImport = 'Page "Bulk import contacts"'
const listContacts = 'Page "List all contacts"'
const rateLimits = 'Page "Rate limits"'
const authentication = 'Page "Authentication"'
const nobodySays = "No source; what a tolerant client must expect"

/**
 * All claims, by name.
 *
 * @example
 * ```ts
 * import { Claim } from "effect-activecampaign"
 *
 * Claim.claims["status-false"].evidence // "documented"
 * ```
 *
 * @since 0.1.0
 * @category claims
 */
export const claims = {
  // The status call
  "status-call": documented("`GET /import/info` answers with a status and two lists", statusInfo),
  "missing-batch-id": documented("Without `batchId` the status call answers 400", "The OpenAPI definition"),
  "status-words": documented(
    "A batch is waiting, claimed, active, completed, failed or interrupted",
    statusInfo
  ),
  "status-false": documented(
    "Asked within a second of the submission, the status is the JSON boolean `false`",
    `${statusInfo}, in its text; its definition knows strings only`
  ),
  "status-always": assumed(
    "An answer without a status cannot be used",
    "The definition requires no key; no answer without a status has been seen"
  ),
  "status-other-word": assumed("A status word other than the six may come, and is not final", nobodySays),
  "never-settles": assumed(
    "A batch may stay active forever",
    "No page names an upper bound for the time an import takes"
  ),
  "unknown-batch": assumed(
    "For a batch it does not know, the service answers `false`, `false` with empty lists, 400 or 404",
    "No source; neither the answer nor how long a batch is kept is documented"
  ),
  "ids-as-strings": documented("A contact ID is a decimal number, written as a string", statusInfo),
  "ids-as-numbers": assumed("A contact ID may be written as a number", nobodySays),
  "failure-addresses": documented(
    "A failure is the address as it was submitted, without a reason",
    statusInfo
  ),
  "lists-missing": observed(
    "An answer before the end may have no lists",
    "A test fixture of datomatic/laravel-active-campaign"
  ),
  "lists-null": assumed(
    "A list may be null, which means not known",
    "Guarded against by datomatic/laravel-active-campaign and two other clients; never shown raw"
  ),
  "lists-empty": observed("The failure list of a clean batch is `[]`", "A community guide with a live probe"),
  "lists-grow": assumed("Lists may come before the end, and grow", nobodySays),
  "odd-lists": assumed(
    "A list may be an object, as PHP writes it, or contain items of another kind",
    "Everyday in other PHP APIs; not seen in this one"
  ),
  "success-means": assumed(
    "`success` holds the IDs of created and updated contacts, or of created ones only",
    "The status page says created only, a community guide says both"
  ),
  "rejected-later": documented(
    "A contact that cannot be imported is in `failure`: bad format, exclusion, bounce, unsubscribed",
    bulkImport
  ),
  "in-neither-list": assumed(
    "A contact may be in neither list, imported or not",
    "Follows if success lists have created contacts only; no source rules it out"
  ),
  "in-both-lists": assumed("A contact may have its ID in one list and its address in the other", nobodySays),
  "repeated-addresses": assumed(
    "An address sent twice is one contact, whose ID comes once or twice",
    "The address is the unique key; how a batch counts it is not documented"
  ),
  "strangers-in-lists": assumed("The lists may name contacts that were not sent", nobodySays),
  "partial-ending": assumed(
    "A failed or interrupted batch may have imported a part of its contacts",
    "The pages explain neither; ActiveCampaign's staff call resubmitting safe (community-3080)"
  ),
  "changed-since": assumed(
    "A contact may be deleted or get another address right after its import",
    "Others use the account, too"
  ),
  // Token, rate and transport
  "token-header": documented("Every call carries the token in `Api-Token`", authentication),
  "token-refused": documented(
    "A wrong token is answered 403 with `Forbidden`",
    'Page "Retrieve account information"; the definition of the status call declares no 403'
  ),
  "sporadic-403": observed(
    "A valid token is sometimes refused with 403",
    "singer-io/tap-activecampaign, pull request 52"
  ),
  "rate-limit": documented(
    "An account has 5 requests a second, all of its integrations together",
    rateLimits
  ),
  "refused-calls-free": assumed("A call that is refused does not count against the limit", nobodySays),
  "retry-after": documented("A 429 names the seconds to wait in `Retry-After`", rateLimits),
  "retry-after-date": assumed("`Retry-After` may be an HTTP date", "RFC 9110 allows it"),
  "bare-429": assumed(
    "A 429 may come without any of its headers",
    "From a third-party page of little weight"
  ),
  "request-id": observed(
    "An answer has an ID of the request in `X-Request-Id` or `Cf-Ray`",
    "Recorded answers in the tests of mhenrixon/active_campaign, of around 2020"
  ),
  "rate-headers-on-2xx": observed("`RateLimit-*` headers come with 2xx, too", "corsairdev/corsair"),
  unavailable: observed(
    "The service answers 5xx, with HTML, when it is down or limits the rate",
    "mediatoolkit/activecampaign-v3-php #18, elementor/elementor #16369, the plugin for WooCommerce"
  ),
  "retry-after-on-5xx": assumed("A 5xx may name the seconds to wait", "RFC 9110 allows it for 503"),
  "import-limits": documented("100 imports a minute of two contacts or more, 20 of a single one", bulkImport),
  "import-limit-as-400": documented(
    "Above the limit of imports a minute, the answer is 400, worded like a failed validation",
    bulkImport
  ),
  "limit-400-elsewhere": assumed("Another call may answer that 400, too", nobodySays),
  "cut-body": observed(
    "The connection ends in the middle of a body",
    "singer-io/tap-activecampaign, pull request 36"
  ),
  "empty-body": observed("A 2xx comes without a body", "mhenrixon/active_campaign #19"),
  "html-with-200": observed("A 200 is an HTML page", "ActiveCampaign/activecampaign-api-php #68"),
  "redirect-to-login": observed(
    "A wrong URL is redirected to a login page",
    "PostHog/posthog, pull request 65444"
  ),
  "firewall-page": assumed(
    "A firewall in front of the API answers 403 with HTML and `cf-mitigated`",
    "Recorded answers carry `Cf-Ray`, and Cloudflare documents this header"
  ),
  "broken-connection": assumed("A connection is reset before anything is answered", "Networks do"),
  "slow-answer": assumed("An answer may be late", "Networks and services are"),
  "deep-json": assumed("JSON may be nested deeper than any real answer", "A client must survive it"),
  "wrong-shape": assumed("A 200 may be JSON of another shape", "A client must survive it"),
  // Submissions
  submission: documented(
    "`POST /import/bulk_import` queues up to 250 contacts in less than 400,000 bytes",
    bulkImport
  ),
  "accepted-201": observed(
    "An accepted submission is answered 201",
    "A mock of chrisjoyce911/active-campaign-sdk-go; 200 is documented"
  ),
  "success-flag": documented(
    "The flag of a reply is spelt `Success` or `success`, and need not be 1",
    `${bulkImport}, in two of its examples`
  ),
  "success-flag-types": assumed("The flag may be a string, a boolean or null", nobodySays),
  "queued-count": documented("`queued_contacts` may be less than was sent", bulkImport),
  "counts-as-strings": assumed("A count that is documented as a number may be a string, or null", nobodySays),
  "batch-id": documented("A batch ID is opaque text", `${bulkImport}, where one of the samples is no UUID`),
  "batch-id-as-number": assumed("A batch ID may be written as a number, or be null", nobodySays),
  "reply-without-message": assumed("The message of a reply may be null", nobodySays),
  "reject-all": documented("One bad contact rejects the whole submission with 400", bulkImport),
  "failure-reasons": documented(
    "A reason for a rejection is an object about one contact, or a string about all of them",
    bulkImport
  ),
  "list-ids": documented(
    "The ID of a list or field is a number or a string",
    `${bulkImport}: a string in its schema, a number in its examples`
  ),
  // Daily totals
  "daily-totals": documented(
    "`GET /import/bulk_import` counts the batches and contacts of a day, as strings",
    statusList
  ),
  "totals-as-numbers": assumed("The daily totals may be numbers", nobodySays),
  // Contacts
  "list-contacts": documented("`GET /contacts` takes filters; 20 a page, at most 100", listContacts),
  "ids-per-call": assumed(
    "One call may ask for the contacts of 100 IDs",
    "No page names a limit; a page of contacts has up to 100"
  ),
  "contact-by-id": documented(
    "`GET /contacts/{id}` answers with one contact, or 404",
    'Page "Retrieve a contact"; the words of the 404 in public code'
  ),
  include: observed(
    "`include=fieldValues,contactTags.tag,contactLists` on `GET /contacts` adds lists of these beside the contacts, each row with the ID of its `contact`",
    "About ten public projects; not in the definition"
  ),
  "include-with-ids": assumed(
    "`include` and `ids[]` work together",
    "Each was seen alone. A client must notice if one of them has no effect"
  ),
  "include-ignored": assumed("`include` may have no effect", "It is not documented"),
  "include-slow": observed(
    "A call with `include` may end in a timeout",
    "A public project, with 100,000 contacts and `contactLists.list`"
  ),
  "odd-sideloads": observed(
    "Sideloaded lists change their shape from call to call",
    "chrisjoyce911/active-campaign-sdk-go, commit f58948b"
  ),
  "sideload-of-others": assumed(
    "A sideloaded list may have rows of other contacts, or lack some",
    nobodySays
  ),
  "sideload-ids": documented(
    "A contact names the IDs of its sideloaded rows under the name of their list",
    'The example of page "Retrieve a contact"'
  ),
  "contact-texts": documented("A contact has `firstName`, `lastName` and `phone`", listContacts),
  "contact-organization": observed(
    "`orgname` of a contact is the name of its account",
    "Public clients, which also try `organization`"
  ),
  "sideloads-of-one": documented(
    "`GET /contacts/{id}` also has `fieldValues` and `contactLists`",
    'Page "Retrieve a contact"'
  ),
  "contact-tags": documented(
    "`GET /contacts/{id}/contactTags` has the IDs of a contact's tags",
    'Page "Retrieve a contact\'s tags"; whether it has pages is not documented'
  ),
  "list-status": documented(
    "The status on a list is 0 unconfirmed, 1 active, 2 unsubscribed or 3 bounced",
    'Page "Update list status for a contact"'
  ),
  "relations-unfiltered": observed(
    "`GET /contactLists` and `GET /contactTags` ignore filters, and answer with the same page",
    "Public code; one project disagrees"
  ),
  "tags-added": documented(
    "An import only adds tags, and creates those that do not exist",
    `${bulkImport}; that letter case does not matter is assumed`
  ),
  "empty-overwrites": observed(
    "An empty text in an import overwrites the value in the account",
    "chrisjoyce911/active-campaign-sdk-go, commit 06ef096"
  ),
  "fields-dropped": observed(
    "A value for a field that the account does not have is accepted and dropped",
    "Public code and its notes: a field at the wrong level or by another name"
  ),
  "dates-1899": documented(
    "A date in a format that is not understood becomes a date in 1899",
    'Help centre, "Use the Bulk Contact Importer API" page'
  ),
  "stays-unsubscribed": assumed(
    "An import does not make a contact active on a list that it left",
    "The page says that such a row fails; what a row that does not fail does is not documented"
  ),
  mishaps: assumed("A contact may hold something else than was sent, although it was imported", nobodySays),
  fields: documented(
    "`GET /fields` has the custom fields of contacts, with `title`, `type` and `perstag`",
    'Page "List all custom fields"'
  ),
  "field-options": documented(
    "The options of fields are in `fieldOptions` beside them, and each field names the IDs of its own",
    'Page "List all custom fields", whose example has none; their `value` and `label` from page "Create custom field options"'
  ),
  tags: documented("`GET /tags` has the tags, their names under `tag`", 'Page "List all tags"'),
  lists: documented("`GET /lists` has the lists, 20 without a limit", 'Page "Retrieve all lists"'),
  exclusions: documented(
    "`GET /lists/exclusions` has the excluded phrases, each of a `matchType` such as `exact` or `end`",
    'Page "Retrieve exclusions list"'
  ),
  "catalog-pages": assumed(
    "These four have pages with `limit` and `offset`; a page may ignore either",
    'Page "Pagination" says so of all lists; their own pages name a limit at most'
  ),
  "filters-ignored": observed(
    "A filter that is not understood has no effect: the answer has the first contacts of the account",
    "PipedreamHQ/pipedream #4612"
  ),
  "order-ignored": assumed(
    "`orders[id]` may have no effect either",
    "Follows from filters that have no effect"
  ),
  "short-pages": assumed("A page may have 20 contacts under any `limit`", nobodySays),
  "withheld-page": assumed("A page may show none of the contacts that its total counts", nobodySays),
  "total-types": documented(
    "`meta.total` is a string or a number",
    `${listContacts}: a string in its examples; page "Pagination": a number`
  ),
  "total-missing": assumed("A page may come without `meta` or its total", nobodySays),
  "contact-dates": documented("`cdate` and `udate` are ISO 8601 with an offset", listContacts),
  "contact-dates-otherwise": observed(
    "A date is `YYYY-MM-DD hh:mm:ss`, or zeros",
    "Public clients; the zone of the former is assumed to be UTC"
  ),
  "contact-flags": documented('Flags such as `deleted` are "0" or "1"', listContacts),
  "contact-flags-otherwise": assumed("A flag may be a number, a boolean or null", nobodySays),
  "bounced-hard": assumed(
    '`bounced_hard` "1" means that mail to the address bounced permanently',
    "The key is documented, its meaning is not"
  ),
  "deleted-still-answered": assumed("A deleted contact may still be answered, marked as deleted", nobodySays),
  "address-null": assumed("The address of a contact may be null", nobodySays),
  "address-case": observed(
    "An address keeps its letter case and is compared without it",
    "Invantive forum, topic 4243"
  ),
  "address-case-changed": assumed("An address may come back in another letter case", nobodySays)
} satisfies Record<string, Claim>

/**
 * The name of a claim.
 *
 * @since 0.1.0
 * @category models
 */
export type ClaimId = keyof typeof claims
