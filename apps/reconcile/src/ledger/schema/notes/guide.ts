/** What docs/schema.md adds to the notes of a view or table: an example, and what one row is if the note is a question. */
export interface Guide {
  /** "One row for each …". Left out if the note says it. */
  readonly row?: string
  /** The question that the example answers. */
  readonly asks: string
  readonly sql: string
}

/** Everything that people query, in the order in which somebody new to the file should meet it. */
export const guide: Readonly<Record<string, Guide>> = {
  contact_status: {
    row: "contact sent in a batch",
    asks: "What became of the contacts of one batch?",
    sql: `SELECT email, outcome, evidence, contact_id
FROM contact_status WHERE batch_id = 'b-2' ORDER BY email`
  },
  batch_overview: {
    row: "batch",
    asks: "In which batches is somebody not imported?",
    sql: `SELECT batch_id, status, sent, imported, present, rejected, missing, unaccounted, pending
FROM batch_overview WHERE imported < sent ORDER BY batch_id`
  },
  stalled_batches: {
    row: "batch that was stalled when the account was last asked about open batches",
    asks: "Which batches are stuck, in what status, and since when?",
    sql: `SELECT batch_id, status, status_since, usual_seconds
FROM stalled_batches ORDER BY status_since, batch_id`
  },
  rejected_contacts: {
    row: "contact sent in a batch whose failure list has its address",
    asks: "Who was rejected, and why probably?",
    sql: `SELECT email, outcome, likely_reason
FROM rejected_contacts ORDER BY email`
  },
  missing_contacts: {
    row: "contact sent in a batch that is in neither list and not in the account",
    asks: "Who is missing, and when was the account asked?",
    sql: `SELECT batch_id, email, evidence, asked_at
FROM missing_contacts ORDER BY batch_id, email`
  },
  unaccounted_contacts: {
    row: "contact sent in a settled batch that is in neither list and has not been looked up",
    asks: "For how many contacts of each batch would a run with look-ups give an outcome?",
    sql: `SELECT batch_id, count(*) AS contacts
FROM unaccounted_contacts GROUP BY batch_id ORDER BY batch_id`
  },
  retry_candidates: {
    row: "address that may be sent again, in the last batch it was sent in",
    asks: "Whom may I send again?",
    sql: `SELECT email, outcome, reason
FROM retry_candidates ORDER BY email`
  },
  contact_ids: {
    row: "pair of an address and a contact ID",
    asks: "Which contact IDs does an address have?",
    sql: `SELECT contact_id, learnt_from
FROM contact_ids WHERE email_key = 'priya.raman@example.com' ORDER BY contact_id`
  },
  local_contact_ids: {
    row: "contact of your own",
    asks: "Which contact IDs can I write back into my CRM?",
    sql: `SELECT email, contact_id, learnt_from
FROM local_contact_ids
WHERE source = 'crm.csv' AND own_contact_id IS NULL AND contact_id IS NOT NULL ORDER BY email`
  },
  contact_id_batches: {
    row: "contact ID and answer whose success list has it",
    asks: "In which batches did contact 2103 succeed?",
    sql: `SELECT batch_id, received_at
FROM contact_id_batches WHERE contact_id = '2103' ORDER BY received_at`
  },
  unmatched_failures: {
    row: "address in a batch's failure list that was not sent in the batch",
    asks: "Which reported addresses look like a misspelling of a sent one?",
    sql: `SELECT batch_id, email, nearest_sent
FROM unmatched_failures WHERE nearest_sent IS NOT NULL ORDER BY batch_id, email`
  },
  id_conflicts: {
    row: "contact ID with several addresses, or address with several contact IDs",
    asks: "Where do my sources and the account disagree?",
    sql: `SELECT problem, coalesce(contact_id, email_key) AS about, detail
FROM id_conflicts ORDER BY problem, about`
  },
  batch_timeline: {
    row: "answer about a batch, or time without an answer",
    asks: "What happened to batch b-3?",
    sql: `SELECT at, status, successes, failures, error IS NOT NULL AS no_answer
FROM batch_timeline WHERE batch_id = 'b-3' ORDER BY at`
  },
  daily_totals: {
    row: "day",
    asks: "How many contacts were sent on each day, and how many arrived?",
    sql: `SELECT day, batches, sent, imported + present AS arrived, pending
FROM daily_totals ORDER BY day`
  },
  changes_since_last_run: {
    row: "contact sent in a batch whose outcome changed since the last run began",
    asks: "What did the last run change?",
    sql: `SELECT change, email, outcome_before, outcome_after
FROM changes_since_last_run ORDER BY change, email`
  },
  contact_values: {
    row: "sent value that was looked at and is not in the account as it was sent, or is not checked",
    asks: "What did the account make of the values of one contact?",
    sql: `SELECT kind, name, comparison, sent, found, why
FROM contact_values WHERE email_key = 'lena.fischer@example.com' ORDER BY kind, name`
  },
  dropped_values: {
    row: "sent value that did not arrive, or arrived as something else",
    asks: "Which values were dropped, field by field?",
    sql: `SELECT kind, name, title, comparison, count(*) AS contacts
FROM dropped_values GROUP BY kind, name, title, comparison ORDER BY contacts DESC, kind, name`
  },
  fields_at_a_glance: {
    row: "field, tag, list or other thing that contacts were sent with",
    asks: "Which fields never arrived for anybody?",
    sql: `SELECT kind, name, title, sent, absent
FROM fields_at_a_glance WHERE absent > 0 AND same + different = 0 ORDER BY absent DESC, kind, name`
  },
  consent_changes: {
    row: "contact and list that an import may have made active again",
    asks: "Whom may I not write to before I have asked?",
    sql: `SELECT email, list_id, list_name, status_before, seen_before
FROM consent_changes ORDER BY email, list_id`
  },
  batches: {
    asks: "When was each batch submitted, if that is known?",
    sql: `SELECT batch_id, submitted_at
FROM batches ORDER BY batch_id`
  },
  batch_sent: {
    asks: "Who was sent more than once in a batch, and how was the address written?",
    sql: `SELECT batch_id, group_concat(email, ' and ') AS written
FROM batch_sent GROUP BY batch_id, email_key HAVING count(*) > 1`
  },
  batch_sent_gaps: {
    asks: "For which batches is it not fully known what was sent?",
    sql: `SELECT batch_id, source, rejected_rows
FROM batch_sent_gaps ORDER BY batch_id`
  },
  batch_answers: {
    asks: "What did ActiveCampaign last say about batch b-3, to the letter?",
    sql: `SELECT status, raw_body
FROM batch_answers WHERE batch_id = 'b-3' ORDER BY sequence DESC LIMIT 1`
  },
  batch_successes: {
    asks: "Which contact IDs succeeded in batch b-2?",
    sql: `SELECT sequence, position, contact_id
FROM batch_successes WHERE batch_id = 'b-2' ORDER BY sequence, position`
  },
  batch_failures: {
    asks: "Which addresses failed in batch b-2?",
    sql: `SELECT sequence, position, email
FROM batch_failures WHERE batch_id = 'b-2' ORDER BY sequence, position`
  },
  batch_unreadable_items: {
    asks: "What in the lists could not be read?",
    sql: `SELECT batch_id, list, position, value
FROM batch_unreadable_items ORDER BY batch_id, list, position`
  },
  batch_errors: {
    asks: "Which batches gave no answer, and is that over?",
    sql: `SELECT batch_id, error, times, ended_at
FROM batch_errors ORDER BY first_at`
  },
  links: {
    asks: "Which addresses did the account give?",
    sql: `SELECT contact_id, email, learnt_from
FROM links ORDER BY contact_id`
  },
  gone_contacts: {
    asks: "Which contacts have been deleted since?",
    sql: `SELECT contact_id, asked_at
FROM gone_contacts ORDER BY contact_id`
  },
  lookups: {
    asks: "What did the account say about the addresses that were looked up?",
    sql: `SELECT email, contact_id, updated_at, deleted
FROM lookups ORDER BY lookup_id`
  },
  accounts: {
    asks: "Which account does this file belong to?",
    sql: "SELECT base_url, bound_at FROM accounts"
  },
  account_errors: {
    asks: "When did the account not answer?",
    sql: `SELECT step, error, first_at, ended_at
FROM account_errors ORDER BY first_at`
  },
  account_fields: {
    asks: "What are the fields of the account called?",
    sql: `SELECT field_id, title, type
FROM account_fields ORDER BY title`
  },
  account_tags: {
    asks: "Which tags does the account have?",
    sql: "SELECT tag_id, name FROM account_tags ORDER BY name"
  },
  account_lists: {
    asks: "Which lists does the account have?",
    sql: "SELECT list_id, name FROM account_lists ORDER BY name"
  },
  account_exclusions: {
    asks: "Which addresses does the account exclude?",
    sql: `SELECT match_phrase, match_type
FROM account_exclusions ORDER BY match_phrase`
  },
  account_names_read: {
    asks: "How old are the names?",
    sql: "SELECT part, read_at, is_whole FROM account_names_read ORDER BY part"
  },
  local_sources: {
    asks: "Which files were loaded, and when last?",
    sql: `SELECT name, loaded_at, key_column
FROM local_sources ORDER BY name`
  },
  local_contacts: {
    asks: "What is the first name of everybody who was rejected?",
    sql: `SELECT c.email, json_extract(c.source_columns, '$.first_name') AS first_name
FROM contact_status s JOIN local_contacts c ON c.email_key = s.email_key
WHERE s.outcome = 'rejected' ORDER BY c.email`
  },
  local_former_sent: {
    asks: "Which contacts stay sent although their source no longer names the batch?",
    sql: `SELECT batch_id, email_key, contacts
FROM local_former_sent ORDER BY batch_id, email_key`
  },
  outcomes: {
    asks: "How many contacts have each outcome, and on what evidence?",
    sql: `SELECT outcome, evidence, count(*) AS contacts
FROM outcomes GROUP BY outcome, evidence ORDER BY outcome, evidence`
  },
  unmatched_successes: {
    asks: "Which successful contact IDs belong to nobody that was sent?",
    sql: `SELECT batch_id, contact_id
FROM unmatched_successes ORDER BY batch_id, contact_id`
  },
  findings: {
    asks: "What is odd about batch b-2?",
    sql: `SELECT finding, subject
FROM findings WHERE batch_id = 'b-2' ORDER BY finding, subject`
  },
  near_matches: {
    asks: "How do the misspelt addresses differ from the sent ones?",
    sql: `SELECT reported_email, sent_email, difference
FROM near_matches ORDER BY reported_email, sent_email`
  },
  stale_batches: {
    asks: "Are all outcomes up to date? Yes, if there is no row.",
    sql: "SELECT batch_id FROM stale_batches"
  },
  reconcile_runs: {
    asks: "What did the last runs do?",
    sql: `SELECT started_at, exit_code, open_batches, settled, looked_up
FROM reconcile_runs ORDER BY reconcile_run_id DESC LIMIT 2`
  },
  outcome_changes: {
    asks: "Which outcomes changed, and when?",
    sql: `SELECT changed_at, email_key, outcome_before, outcome_after
FROM outcome_changes ORDER BY outcome_change_id`
  },
  purges: {
    asks: "How many batches were purged? None, if there is no row.",
    sql: `SELECT purged_at, unchanged_since, batches, sent_contacts
FROM purges ORDER BY purge_id`
  },
  purged_batches: {
    asks: "Was a batch purged? No, if there is no row.",
    sql: "SELECT batch_id FROM purged_batches WHERE batch_id = 'b-1'"
  },
  writer_lease: {
    asks: "Is a job running? No, if there is no row.",
    sql: "SELECT host, process_id, taken_at FROM writer_lease"
  },
  schema_notes: {
    asks: "What does a column mean?",
    sql: `SELECT note FROM schema_notes
WHERE object = 'contact_status' AND "column" = 'outcome'`
  }
}
