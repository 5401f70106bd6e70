/**
 * A value that a question asks for. In its SQL, `:name` stands for it; for an `email` the email key is bound,
 * so that the question may be asked with the address in any spelling.
 */
export interface Parameter {
  readonly name: string
  readonly kind: "text" | "email" | "count"
  readonly description: string
  /** Without one, the value must be given. */
  readonly default?: string | number
}

/** A question that has a name, for whoever does not want to write its SQL. */
export interface Question {
  readonly name: string
  /** In one sentence. */
  readonly question: string
  readonly parameters: ReadonlyArray<Parameter>
  readonly sql: string
}

export const batch: Parameter = { name: "batch", kind: "text", description: "The batch's ID" }

export const email: Parameter = {
  name: "email",
  kind: "email",
  description: "An address, in any spelling"
}

export const contactId: Parameter = {
  name: "contact_id",
  kind: "text",
  description: "An ActiveCampaign contact ID"
}

export const limit: Parameter = {
  name: "limit",
  kind: "count",
  description: "How many rows at most",
  default: 20
}

export const since: Parameter = {
  name: "since",
  kind: "text",
  description: "A day or time in UTC, as 2031-04-02",
  default: ""
}
