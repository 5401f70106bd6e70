import type { Described } from "../../../ledger/reports/describeSchema.js"
import { inPlainSql, type Parameter, type Question, questions } from "../../../ledger/reports/questions.js"
import { within } from "../text.js"

const described = ({ default: fallback, description, kind, name }: Parameter) => {
  const said =
    fallback === undefined ? "" : fallback === "" ? "; may be empty" : `; leave empty for ${fallback}`
  return `${name}: ${kind === "email" ? "an address" : within(description)}${said}.`
}

const cannedQuery = (question: Question) => ({
  title: question.question,
  description: question.parameters.map(described).join(" "),
  params: question.parameters.map(({ name }) => name),
  sql: inPlainSql(question)
})

/** Datasette's configuration, `datasette.json`: the saved questions as canned queries. */
export const datasetteConfig = (database: string) => ({
  databases: {
    [database]: {
      queries: Object.fromEntries(questions.map((question) => [question.name, cannedQuery(question)]))
    }
  }
})

/** Datasette's `metadata.json`: notes beside tables and columns. */
export const datasetteMetadata = (schema: ReadonlyArray<Described>, database: string) => ({
  title: "ActiveCampaign bulk imports, reconciled",
  description: "What became of every contact that was sent. The views answer one question each.",
  databases: {
    [database]: {
      tables: Object.fromEntries(
        schema.map(({ columns, name, note }) => [
          name,
          {
            description: note,
            columns: Object.fromEntries(columns.map((column) => [column.name, column.note]))
          }
        ])
      )
    }
  }
})
