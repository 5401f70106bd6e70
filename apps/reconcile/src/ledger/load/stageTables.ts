const contacts = (table: string) => `CREATE TEMP TABLE IF NOT EXISTS ${table} (
    staged_row INTEGER PRIMARY KEY,
    place INTEGER,
    email_key TEXT NOT NULL,
    shape_id INTEGER NOT NULL,
    batch INTEGER,
    email TEXT,
    contact_id TEXT,
    source_key TEXT,
    cells TEXT NOT NULL
  ) STRICT`

/**
 * Staged without an index, which is many times faster than updating an index with each row. Batches and shapes have the
 * numbers of the stage until they get those of the file. `place` is the place of a row in the source, if that is not the
 * order of `staged_row`.
 */
export const createStage: ReadonlyArray<string> = [
  contacts("staged_contacts"),
  contacts("laid_contacts"),
  // Rows of a source that is loaded again, many in one text. Most are in the file unchanged, and one comparison shows that.
  `CREATE TEMP TABLE IF NOT EXISTS staged_pages (
    first_row INTEGER PRIMARY KEY, rows INTEGER NOT NULL, first_key TEXT NOT NULL, page TEXT NOT NULL
  ) STRICT`,
  // Pages that are in local_rows unchanged, with their place there.
  `CREATE TEMP TABLE IF NOT EXISTS equal_pages (
    first_contact INTEGER PRIMARY KEY, last_contact INTEGER NOT NULL, first_row INTEGER NOT NULL UNIQUE
  ) STRICT`,
  "CREATE TEMP TABLE IF NOT EXISTS staged_batches (batch INTEGER PRIMARY KEY, batch_id TEXT NOT NULL UNIQUE, known INTEGER) STRICT",
  `CREATE TEMP TABLE IF NOT EXISTS staged_shapes (
    shape_id INTEGER PRIMARY KEY, names TEXT NOT NULL, email_at INTEGER NOT NULL, contact_id_at INTEGER NOT NULL,
    batch_id_at INTEGER NOT NULL, known INTEGER, UNIQUE (names, email_at, contact_id_at, batch_id_at)
  ) STRICT`,
  // If rows have keys: the line and text of each, because a row with a repeated key is set aside in its original form.
  `CREATE TEMP TABLE IF NOT EXISTS staged_records (
    staged_row INTEGER PRIMARY KEY,
    line INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT`
]

/**
 * The stage is written and read from start to end, so pages kept in memory would be useless, and large pages need fewer
 * calls. The page size is that of the temporary database alone: the file already has its own.
 */
export const stagePages: ReadonlyArray<string> = [
  "PRAGMA page_size = 65536",
  "PRAGMA temp.cache_size = -2048"
]

export const emptyStage: ReadonlyArray<string> = [
  "staged_contacts",
  "laid_contacts",
  "staged_pages",
  "equal_pages",
  "staged_batches",
  "staged_shapes",
  "staged_records"
].map((table) => `DELETE FROM ${table}`)

/** The staged columns of a contact, besides its number. */
export const contactColumns = "email_key, shape_id, batch, email, contact_id, source_key, cells"

const inserted = (into: string, columns: number, rows: number) =>
  `INSERT INTO ${into} VALUES ${Array.from({ length: rows }, () => `(${Array.from({ length: columns }, () => "?").join(",")})`).join(",")}`

/** Values of a row: `staged_row`, then as in `contactColumns`. */
export const insertContacts = (rows: number) =>
  inserted(`staged_contacts (staged_row, ${contactColumns})`, 8, rows)

export const insertRecords = (rows: number) => inserted("staged_records (staged_row, line, record)", 3, rows)

export const insertBatches = (rows: number) => inserted("staged_batches (batch, batch_id)", 2, rows)

export const insertShapes = (rows: number) =>
  inserted("staged_shapes (shape_id, names, email_at, contact_id_at, batch_id_at)", 5, rows)

export const insertPage = inserted("staged_pages (first_row, rows, first_key, page)", 4, 1)

/** Rows in one INSERT. Larger statements are no faster, and this is far below SQLite's limit on parameters. */
export const rowsPerInsert = 250
