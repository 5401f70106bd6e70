/** A view of one kind of record, with addresses and batch IDs written out. */
export interface RecordView {
  readonly name: string
  /** The table whose rows it shows, one row for each. */
  readonly of: string
  /** Columns that have another name in the view than in the table. */
  readonly renamed?: Readonly<Record<string, string>>
  readonly sql: string
}

/** An address as it was written. The row stores it only if it differs from its key. */
export const written = (row: string, address = "a") =>
  `CAST(coalesce(${row}.email, ${address}.email_key) AS TEXT)`

/** Whether a contact ID has no known address, neither from a local contact nor from the account. */
export const hasNoAddress = (contactId: string) =>
  `NOT EXISTS (SELECT 1 FROM local_rows l WHERE l.contact_id = ${contactId})
            AND NOT EXISTS (SELECT 1 FROM id_links k WHERE k.contact_id = ${contactId})`

const ofBatch = (row: string) => `JOIN numbered_batches b ON b.batch = ${row}.batch`

const ofAddress = (row: string) => `JOIN addresses a ON a.address_id = ${row}.address_id`

/** How many of a row's columns before a place are not among its cells. */
const besideCells = (place: string) =>
  ["email_at", "contact_id_at", "batch_id_at"]
    .map((at) => `(h.${at} >= 0 AND h.${at} < ${place})`)
    .join(" + ")

/** The text of one cell, unchanged: SQL has no number for some numbers of JSON. */
const cellAt = (place: string) =>
  `(SELECT substr(two, 2, length(two) - 7) FROM (SELECT json_extract(l.cells, '$[' || (${place}) || ']', '$[#]') AS two))`

const namedBatch = "(SELECT b.batch_id FROM numbered_batches b WHERE b.batch = l.batch)"

/** The text of column `n` (a row of `json_each(h.names)`) of the row `l`, with the shape `h` and the address `a`. */
export const columnText = `CASE n.key
      WHEN h.email_at THEN json_quote(coalesce(l.email, a.email_key))
      WHEN h.contact_id_at THEN json_quote(l.contact_id)
      WHEN h.batch_id_at THEN json_quote(${namedBatch})
      ELSE ${cellAt(`n.key - (${besideCells("n.key")})`)}
    END`

const sourceColumns = `(SELECT '{' || coalesce(group_concat(json_quote(n.value) || ':' || ${columnText}, ','), '') || '}'
      FROM row_shapes h CROSS JOIN json_each(h.names) n WHERE h.shape_id = l.shape_id)`

const trouble = "e.first_at, e.last_at, e.times, e.ended_at, e.error, e.message, e.raw_body"

/**
 * The records, by the names people know. Addresses and batches are joined, never left joined, so that SQLite starts from
 * what a query asks for.
 */
export const recordViews: ReadonlyArray<RecordView> = [
  {
    name: "batches",
    of: "numbered_batches",
    sql: "SELECT batch_id, submitted_at, added_at FROM numbered_batches"
  },
  {
    name: "batch_sent",
    of: "sent_contacts",
    sql: `SELECT b.batch_id, a.email_key, s.occurrence, ${written("s")} AS email, s.contact_id
      FROM sent_contacts s ${ofBatch("s")} ${ofAddress("s")}`
  },
  {
    name: "batch_sent_gaps",
    of: "sent_gaps",
    sql: `SELECT b.batch_id, g.source, g.rejected_rows FROM sent_gaps g ${ofBatch("g")}`
  },
  {
    name: "batch_answers",
    of: "answers",
    sql: `SELECT r.answer_id AS batch_answer_id, b.batch_id, r.sequence, r.received_at, r.status, r.success_count,
        r.failure_count, r.raw_body, r.origin
      FROM answers r ${ofBatch("r")}`
  },
  {
    name: "batch_successes",
    of: "answer_successes",
    sql: `SELECT b.batch_id, r.sequence, x.contact_id, x.position
      FROM answer_successes x JOIN answers r ON r.answer_id = x.answer_id ${ofBatch("r")}`
  },
  {
    name: "batch_failures",
    of: "answer_failures",
    sql: `SELECT b.batch_id, r.sequence, a.email_key, f.position, ${written("f")} AS email
      FROM answer_failures f JOIN answers r ON r.answer_id = f.answer_id ${ofBatch("r")} ${ofAddress("f")}`
  },
  {
    name: "batch_unreadable_items",
    of: "unreadable_items",
    sql: `SELECT i.batch_unreadable_item_id, b.batch_id, r.sequence, i.list, i.position, i.value
      FROM unreadable_items i JOIN answers r ON r.answer_id = i.answer_id ${ofBatch("r")}`
  },
  {
    name: "batch_errors",
    of: "batch_troubles",
    sql: `SELECT e.batch_error_id, b.batch_id, ${trouble} FROM batch_troubles e ${ofBatch("e")}`
  },
  {
    name: "links",
    of: "id_links",
    sql: `SELECT k.contact_id, a.email_key, ${written("k")} AS email, k.learnt_from, k.learnt_at
      FROM id_links k ${ofAddress("k")}`
  },
  {
    name: "lookups",
    of: "address_lookups",
    sql: `SELECT k.lookup_id, a.email_key, ${written("k")} AS email, k.asked_at, k.after_answer_id, k.method, k.contact_id,
        k.found_email, k.created_at, k.updated_at, k.deleted, k.bounced
      FROM address_lookups k ${ofAddress("k")}`
  },
  {
    name: "local_contacts",
    of: "local_rows",
    renamed: { cells: "source_columns" },
    // NULL if the row's batch was removed.
    sql: `SELECT l.local_contact_id, l.local_source_id, a.email_key, l.occurrence, ${written("l")} AS email, l.contact_id,
        ${namedBatch} AS batch_id, l.source_key, CAST(${sourceColumns} AS TEXT) AS source_columns
      FROM local_rows l ${ofAddress("l")}`
  },
  {
    name: "local_former_sent",
    of: "former_sent",
    sql: `SELECT f.local_source_id, b.batch_id, a.email_key, f.contacts FROM former_sent f ${ofBatch("f")} ${ofAddress("f")}`
  },
  {
    name: "outcomes",
    of: "verdicts",
    // Through what was sent, which has an index by address.
    sql: `SELECT b.batch_id, a.email_key, o.occurrence, o.outcome, o.evidence, o.contact_id
      FROM verdicts o
      JOIN sent_contacts s ON s.batch = o.batch AND s.address_id = o.address_id AND s.occurrence = o.occurrence
      ${ofBatch("o")} ${ofAddress("s")}`
  },
  {
    name: "unmatched_successes",
    of: "unmatched_ids",
    sql: `SELECT b.batch_id, u.contact_id FROM unmatched_ids u ${ofBatch("u")}`
  },
  {
    name: "findings",
    of: "batch_findings",
    sql: `SELECT b.batch_id, f.finding, f.subject, f.detail FROM batch_findings f ${ofBatch("f")}`
  },
  {
    name: "near_matches",
    of: "nearest_sent",
    sql: `SELECT b.batch_id, n.finding, n.subject, n.reported_email, n.sent_email, n.difference
      FROM nearest_sent n ${ofBatch("n")}`
  },
  {
    name: "stale_batches",
    of: "stale_marks",
    sql: `SELECT b.batch_id FROM stale_marks m ${ofBatch("m")}`
  },
  {
    name: "outcome_changes",
    of: "verdict_changes",
    sql: `SELECT c.outcome_change_id, c.changed_at, b.batch_id, a.email_key, c.occurrence, c.outcome_before, c.outcome_after
      FROM verdict_changes c ${ofBatch("c")} ${ofAddress("c")}`
  }
]

const views = new Map(recordViews.map((view) => [view.of, view]))

/** The name by which people know the rows of a table. */
export const knownAs = (table: string): string => views.get(table)?.name ?? table

/** The same for a column. */
export const columnKnownAs = (table: string, column: string): string =>
  `${knownAs(table)}.${views.get(table)?.renamed?.[column] ?? column}`

/** The table behind a name. */
export const tableOf = (name: string): string => recordViews.find((view) => view.name === name)?.of ?? name
