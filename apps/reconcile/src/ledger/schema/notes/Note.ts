/** The part of the file that a table or view belongs to. */
export type Layer = "facts" | "yours" | "conclusions" | "history" | "file" | "view" | "internal"

/** The notes of a table and its columns, or of the columns of a view. The note of a view is its question. */
export interface ObjectNotes {
  readonly object: string
  readonly layer: Layer
  readonly note: string
  readonly columns: Readonly<Record<string, string>>
}

/** A row of `schema_notes`; `column` is empty if the note is about the table or view itself. */
export interface Note {
  readonly object: string
  readonly column: string
  readonly note: string
}
