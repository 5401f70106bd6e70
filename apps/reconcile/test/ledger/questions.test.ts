import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { askedQuestion } from "../../src/cli/askedQuestion.js"
import { inPlainSql, isName, questions } from "../../src/ledger/questions.js"
import { makeSample, type Sample } from "../support/sample.js"

let sample: Sample

beforeAll(async () => {
  sample = await makeSample()
})
afterAll(() => sample.close())

/** Values under which every question that takes them finds something in the sample. */
const values: Readonly<Record<string, string>> = {
  batch: "0e93ab57-f1c6-4d2b-a8e4-6c5d70b91f3d",
  email: " Quentin.Moreau@Example ",
  contact_id: "2103"
}

/** Other values, for questions of which these find nothing. */
const better: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "address-ids": { email: "Lena.Fischer@example.test" },
  "address-lookups": { email: "noemi.sandvik@example.test" },
  "address-changes": { email: "noemi.sandvik@example.test" },
  "contact-addresses": { contact_id: "9977" }
}

/** Of the sample nothing is to be found: no batch is open, no call failed for good, all contacts were sent, all IDs are known and there. */
const finding: Readonly<Record<string, number>> = {
  "counted-only": 0,
  "id-conflicts": 0,
  gone: 0,
  "open-batches": 0,
  "failed-calls": 0,
  "never-sent": 0,
  "sent-again": 0
}

const rowsOf = (name: string) => {
  const { parameters } = questions.find((question) => question.name === name) ?? { parameters: [] }
  const params = parameters.flatMap((one) =>
    one.default === undefined ? [`${one.name}=${(better[name] ?? values)[one.name]}`] : []
  )
  const asked = askedQuestion(name, params)
  if (asked._tag === "Left") throw asked.left
  return sample.database.prepare(asked.right.sql).all(asked.right.values)
}

describe("a saved question", () => {
  it("has a name of its own, a sentence, and parameters that its SQL has", () => {
    expect(questions.length).toBeGreaterThanOrEqual(12)
    expect(new Set(questions.map(({ name }) => name)).size).toBe(questions.length)
    for (const { name, parameters, question, sql } of questions) {
      expect(isName(name)).toBe(true)
      expect(isName(sql)).toBe(false)
      expect(question, name).toMatch(/^[A-Z].*\?$/)
      const inSql = new Set(Array.from(sql.matchAll(/:(\w+)/g), ([, parameter]) => parameter))
      expect([...inSql].sort(), name).toEqual(parameters.map((one) => one.name).sort())
    }
  })

  it("finds something in the sample, unless the sample has nothing of the kind", () => {
    for (const { name } of questions) {
      const found = rowsOf(name).length
      if (name in finding) expect(found, name).toBe(finding[name])
      else expect(found, name).toBeGreaterThan(0)
    }
  })

  it("is asked about an address in any spelling", () => {
    expect(rowsOf("address-history")).toMatchObject([
      { email: "quentin.moreau@example", outcome: "rejected", evidence: "failure" }
    ])
  })

  it("runs as plain SQL with every parameter empty or as typed, as Datasette would ask it", () => {
    for (const question of questions) {
      const statement = sample.database.prepare(inPlainSql(question))
      const typed = Object.fromEntries(
        question.parameters.map((one) => [one.name, one.default === undefined ? values[one.name] : ""])
      )
      expect(statement.all(typed), question.name).toEqual(rowsOf(question.name))
    }
  })
})

describe("a question asked wrongly", () => {
  const refusal = (text: string, ...params: ReadonlyArray<string>) => {
    const asked = askedQuestion(text, params)
    return asked._tag === "Left" ? asked.left.message : `took ${JSON.stringify(asked.right)}`
  }

  it("names the nearest question", () => {
    expect(refusal("batch-contcts")).toBe(
      "There is no saved question 'batch-contcts'. The nearest is 'batch-contacts'; 'ac-reconcile query --list' has all of them."
    )
    expect(refusal("total")).toContain("'totals'")
  })

  it("names what is missing, unknown or no number", () => {
    expect(refusal("batch-contacts")).toBe(
      "The question 'batch-contacts' needs batch. Give --param batch=VALUE (the batch's ID)."
    )
    expect(refusal("batch-contacts", "batch=b", "bach=c")).toBe(
      "The question 'batch-contacts' has no parameter 'bach'. It takes batch."
    )
    expect(refusal("totals", "batch=b")).toContain("It takes none.")
    expect(refusal("sent-again", "limit=many")).toContain("'many' is not a number of rows")
    expect(refusal("totals", "=b")).toContain("Write --param NAME=VALUE")
  })

  it("of SQL names a parameter that the SQL does not have", () => {
    expect(refusal("select :batch", "bach=b")).toContain("the SQL has no :bach")
    expect(refusal("select :batch", "batch=a=b")).toBe(
      'took {"sql":"select :batch","values":{"batch":"a=b"}}'
    )
  })
})
