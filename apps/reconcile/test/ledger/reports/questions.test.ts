import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { askedQuestion } from "../../../src/cli/input/askedQuestion.js"
import { inPlainSql, isName, questions } from "../../../src/ledger/reports/questions.js"
import { makeSample } from "../../support/sample.js"
import type { WrittenLedger } from "../../support/writtenLedger.js"

let sample: WrittenLedger

beforeAll(async () => {
  sample = await makeSample()
})
afterAll(() => sample.close())

/** Values under which the sample has something to say to a question that needs one. */
const values: Readonly<Record<string, readonly [string, ...ReadonlyArray<string>]>> = {
  batch: ["0e93ab57-f1c6-4d2b-a8e4-6c5d70b91f3d"],
  email: [" Quentin.Moreau@Example ", "Sven.Dahl@example.com", "Hana.Sato@example.com"],
  contact_id: ["2103", "123"]
}

/** What the sample has none of: its batches settle, and nothing says what its contacts were sent with. */
const unanswered = ["fields", "open-batches"]

const needed = (name: string) =>
  questions
    .find((question) => question.name === name)
    ?.parameters.filter((parameter) => parameter.default === undefined)
    .map((parameter) => parameter.name) ?? []

const rowsOf = (name: string, at = 0) => {
  const asked = askedQuestion(
    name,
    needed(name).map((one) => `${one}=${values[one]?.[at] ?? values[one]?.[0]}`)
  )
  if (asked._tag === "Left") throw asked.left
  return sample.database.prepare(asked.right.sql).all(asked.right.values)
}

describe("a saved question", () => {
  it("has a unique name, a sentence, and the parameters of its SQL", () => {
    expect(questions.length).toBe(13)
    expect(new Set(questions.map(({ name }) => name)).size).toBe(questions.length)
    for (const { name, parameters, question, sql } of questions) {
      expect(isName(name)).toBe(true)
      expect(isName(sql)).toBe(false)
      expect(question, name).toMatch(/^[A-Z].*\?$/)
      const inSql = new Set(Array.from(sql.matchAll(/:(\w+)/g), ([, parameter]) => parameter))
      expect([...inSql].sort(), name).toEqual(parameters.map((one) => one.name).sort())
    }
  })

  it("finds rows in the sample, if the sample has any", () => {
    const empty = questions
      .map(({ name }) => name)
      .filter((name) => [0, 1, 2].every((at) => rowsOf(name, at).length === 0))
    expect(empty.sort()).toEqual(unanswered)
  })

  it("accepts an address in any spelling", () => {
    expect(rowsOf("address-history")).toMatchObject([
      { email: "quentin.moreau@example", outcome: "rejected", evidence: "failure" }
    ])
  })

  it("runs as plain SQL with every parameter empty or given, as in Datasette", () => {
    for (const question of questions) {
      const statement = sample.database.prepare(inPlainSql(question))
      const typed = Object.fromEntries(
        question.parameters.map((one) => [one.name, one.default === undefined ? values[one.name]?.[0] : ""])
      )
      expect(statement.all(typed), question.name).toEqual(rowsOf(question.name))
    }
  })
})

describe("a wrong question", () => {
  const refusal = (text: string, ...params: ReadonlyArray<string>) => {
    const asked = askedQuestion(text, params)
    return asked._tag === "Left" ? asked.left.message : `took ${JSON.stringify(asked.right)}`
  }

  it("names the nearest question", () => {
    expect(refusal("batch-contcts")).toBe(
      "There is no saved question 'batch-contcts'. Did you mean 'batch-contacts'? 'ac-reconcile query --list' lists them all."
    )
    expect(refusal("total")).toContain("'totals'")
  })

  it("names what is missing, unknown or not a number", () => {
    expect(refusal("batch-contacts")).toBe(
      "The question 'batch-contacts' needs batch. Give --param batch=VALUE (the batch's ID)."
    )
    expect(refusal("batch-contacts", "batch=b", "bach=c")).toBe(
      "The question 'batch-contacts' has no parameter 'bach'. It takes batch."
    )
    expect(refusal("totals", "batch=b")).toContain("It takes none.")
    expect(refusal("rejected-domains", "limit=many")).toContain("'many' is not a number of rows")
    expect(refusal("totals", "=b")).toContain("Write --param NAME=VALUE")
  })

  it("in SQL names a parameter that the SQL does not have", () => {
    expect(refusal("select :batch", "bach=b")).toContain("the SQL has no :bach")
    expect(refusal("select :batch", "batch=a=b")).toBe(
      'took {"sql":"select :batch","values":{"batch":"a=b"},"numbersAsText":[]}'
    )
  })
})
