/** Which part of the file a table belongs to; its views are the questions it answers. */
export type Layer = "facts" | "yours" | "conclusions" | "history" | "file" | "view" | "internal"

/** What is said about a table and its columns, or about the columns of a view, whose question is its note. */
export interface ObjectNotes {
  readonly object: string
  readonly layer: Layer
  readonly note: string
  readonly columns: Readonly<Record<string, string>>
}

/** A row of `schema_notes`; `column` is empty where the note is about the table or view itself. */
export interface Note {
  readonly object: string
  readonly column: string
  readonly note: string
}
