import type { Question } from "../../ledger/reports/questions.js"
import { columns } from "./text.js"

/** For a terminal: each question under its name, with the parameters it takes. */
export const questionsAsText = (questions: ReadonlyArray<Question>): string =>
  [
    "Saved questions: ac-reconcile query NAME --param PARAMETER=VALUE",
    ...questions.map(({ name, parameters, question }) =>
      [
        name,
        `  ${question}`,
        columns(
          parameters.map((one) => [
            `  --param ${one.name}=${one.default || "…"}`,
            `${one.description}${one.default === undefined ? "" : "; optional"}`
          ])
        )
      ]
        .filter((line) => line !== "")
        .join("\n")
    )
  ].join("\n\n")

export const listColumns = ["name", "question", "parameters", "sql"] as const

/** As a row, its parameters in one column: `batch` is needed, `limit=20` may be left out. */
export const listed = ({ name, parameters, question, sql }: Question) => ({
  name,
  question,
  parameters: parameters
    .map((one) => (one.default === undefined ? one.name : `${one.name}=${one.default}`))
    .join(" "),
  sql
})
