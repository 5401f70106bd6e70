import * as Effect from "effect/Effect"
import * as Ledger from "../../src/ledger/Ledger.js"

const numberOf = (email: string) => `(SELECT address_id FROM addresses WHERE email_key = '${email}')`
const batchOf = (id: string) => `(SELECT batch FROM numbered_batches WHERE batch_id = '${id}')`
const sentTo = (id: string, email: string) => `${batchOf(id)}, ${numberOf(email)}, 1`

/**
 * Rows in every table of sent values, for a file in which batches `one` and `two` were sent `ada@x.test`, and `one` was
 * sent `bo@x.test`, from the source `contacts.csv`.
 */
export const sentValueRows: ReadonlyArray<string> = [
  `UPDATE local_sources SET sends = '{"fields":{"12":{"column":"Company"}},"tags":[{"value":"met ada@x.test"}]}'
   WHERE name = 'contacts.csv'`,
  `INSERT INTO account_fields VALUES ('12', 'Company', 'text', 'COMPANY', '["Ada@x.test Ltd","Bo"]')`,
  "INSERT INTO account_tags VALUES ('1', 'met ada@x.test'), ('2', 'vip')",
  "INSERT INTO account_lists VALUES ('3', 'Friends of ada@x.test')",
  `INSERT INTO account_exclusions VALUES ('1', 'Ada@x.test', 'exact', 'all', NULL),
     ('2', 'joada@x.test', 'exact', 'all', NULL), ('3', '@y.test', 'end', 'all', NULL)`,
  "INSERT INTO account_names_read VALUES ('exclusions', '2031-04-02T08:15:00.000Z', 1)",
  `INSERT INTO sent_members VALUES (1, 'field', '12'), (2, 'tag', 'met ada@x.test'), (3, 'subscribe', '3')`,
  "INSERT INTO looks VALUES (1, '2031-04-01T00:00:00.000Z', 0), (2, '2031-04-03T00:00:00.000Z', 99), (3, '2031-04-03T00:00:00.000Z', 99)",
  ...["one", "two"].map(
    (id) => `INSERT INTO contact_looks VALUES (${sentTo(id, "ada@x.test")}, 2, NULL, NULL)`
  ),
  `INSERT INTO contact_looks VALUES (${sentTo("one", "bo@x.test")}, 3, '2031-04-01T00:00:00.000Z', NULL)`,
  `INSERT INTO found_values VALUES (${sentTo("one", "ada@x.test")}, 1, 'Analytical', NULL),
     (${sentTo("two", "ada@x.test")}, 1, NULL, NULL),
     (${sentTo("one", "bo@x.test")}, 1, 'care of Ada@x.test', NULL)`,
  `INSERT INTO list_statuses VALUES (${numberOf("ada@x.test")}, '3', 1, 2), (${numberOf("ada@x.test")}, '3', 2, 1),
     (${numberOf("bo@x.test")}, '3', 1, 2)`,
  `INSERT INTO value_verdicts VALUES (${sentTo("one", "ada@x.test")}, 1, 'sent-again', 'Ada Ltd', 'Analytical', NULL),
     (${sentTo("two", "ada@x.test")}, 1, 'absent', 'Ada', NULL, NULL),
     (${sentTo("one", "bo@x.test")}, 1, 'different', 'Bo', 'care of Ada@x.test', NULL)`,
  `INSERT INTO value_counts VALUES (${batchOf("one")}, 1, 2, 0, 1, 0, 0, 1, 0), (${batchOf("two")}, 1, 1, 0, 0, 1, 0, 0, 0)`,
  `INSERT INTO consent_breaks VALUES (${batchOf("one")}, ${numberOf("ada@x.test")}, '3', 2, 1, 2)`,
  ...["ada@x.test", "bo@x.test"].map(
    (
      email
    ) => `INSERT INTO former_cells SELECT ${sentTo("one", email)}, shape_id, NULL, NULL, '["","one","Ltd of Ada@x.test"]'
      FROM row_shapes LIMIT 1`
  )
]

/** Writes them. */
export const insertSentValues = Ledger.Ledger.transact((sql) =>
  Effect.forEach(sentValueRows, (statement) => sql.unsafe(statement), { discard: true })
)
