import { written } from "./recordViews.js"
import type { View } from "./View.js"

/** In SQL: the account's name of a sent value `m`, if it is a field or a list. */
export const title = `CASE m.kind
          WHEN 'field' THEN (SELECT f.title FROM account_fields f WHERE f.field_id = coalesce(m.field_id, m.name))
          WHEN 'subscribe' THEN (SELECT l.name FROM account_lists l WHERE l.list_id = m.name)
          WHEN 'unsubscribe' THEN (SELECT l.name FROM account_lists l WHERE l.list_id = m.name)
        END AS title`

/** In SQL: the ID of the field that a sent value `m` is, or else its name as it was declared. */
export const oneName = "coalesce(m.field_id, m.name)"

/** In SQL: what all names of a sent value `m` have in common. */
export const oneOf = "m.kind, coalesce(m.field_id, m.folded)"

const values = (which: string) => `SELECT b.batch_id, ${written("s")} AS email, m.kind, m.name, ${title},
        v.comparison, v.sent, v.found, v.why, o.looked_at, a.email_key, v.occurrence
      FROM value_verdicts v
      JOIN sent_contacts s ON s.batch = v.batch AND s.address_id = v.address_id AND s.occurrence = v.occurrence
      JOIN numbered_batches b ON b.batch = v.batch JOIN addresses a ON a.address_id = v.address_id
      JOIN sent_members m ON m.member_id = v.member_id
      JOIN contact_looks k ON k.batch = v.batch AND k.address_id = v.address_id AND k.occurrence = v.occurrence
      JOIN looks o ON o.look_id = k.look_id${which}`

/** What contacts were sent with, and what the account holds of it. */
export const asSentViews: ReadonlyArray<View> = [
  {
    name: "contact_values",
    question: "Which sent values are not in the account as they were sent, or are not checked?",
    sql: values("")
  },
  {
    name: "dropped_values",
    question: "Which sent values did not arrive, or arrived as something else?",
    sql: values(`
      WHERE v.comparison IN ('absent', 'different')`)
  },
  {
    name: "fields_at_a_glance",
    question: "How many sent values of each field, tag and list arrived?",
    sql: `SELECT m.kind, min(${oneName}) AS name, ${title}, sum(c.sent) AS sent, sum(c.same) AS same, sum(c.different) AS different,
        sum(c.absent) AS absent, sum(c.edited_since + c.sent_again) AS cannot_tell, sum(c.not_checked) AS not_checked, max(m.problem) AS problem
      FROM value_counts c JOIN sent_members m ON m.member_id = c.member_id
      GROUP BY ${oneOf}`
  },
  {
    name: "consent_changes",
    question: "Who was unsubscribed or bounced and is active after an import that did not subscribe them?",
    sql: `SELECT b.batch_id, a.email_key AS email, c.list_id,
        (SELECT l.name FROM account_lists l WHERE l.list_id = c.list_id) AS list_name,
        CASE c.status_before WHEN 2 THEN 'unsubscribed' ELSE 'bounced' END AS status_before,
        (SELECT o.looked_at FROM looks o WHERE o.look_id = c.look_before) AS seen_before,
        (SELECT o.looked_at FROM looks o WHERE o.look_id = c.look_after) AS seen_active, a.email_key
      FROM consent_breaks c JOIN numbered_batches b ON b.batch = c.batch JOIN addresses a ON a.address_id = c.address_id`
  }
]
