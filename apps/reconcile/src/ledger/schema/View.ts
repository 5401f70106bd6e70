/** A view of the schema. */
export interface View {
  readonly name: string
  /** The question the view answers. */
  readonly question: string
  readonly sql: string
}
