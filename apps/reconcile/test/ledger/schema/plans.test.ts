import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { questions } from "../../../src/ledger/reports/questions.js"
import { recordViews } from "../../../src/ledger/schema/recordViews.js"
import { views } from "../../../src/ledger/schema/views.js"
import { analystQueries } from "../../support/analyst.js"
import { makeSample } from "../../support/sample.js"
import type { WrittenLedger } from "../../support/writtenLedger.js"

let sample: WrittenLedger

beforeAll(async () => {
  sample = await makeSample()
})
afterAll(() => sample.close())

/** What has a row for each contact, which may be millions. */
const large = [
  "addresses",
  "sent_contacts",
  "answer_successes",
  "answer_failures",
  "verdicts",
  "local_rows",
  "id_links",
  "address_lookups"
]

/** What plans call them: their names, and whatever name a query or view gives them. */
const aliases = (sql: string, objects = large) => {
  const pattern = new RegExp(`\\b(${objects.join("|")})\\b(?:\\s+(?:AS\\s+)?(\\w+))?`, "gi")
  return new Set(Array.from(sql.matchAll(pattern), ([, table, alias]) => [table, alias]).flat())
}

const inViews = aliases([...views, ...recordViews].map(({ sql }) => sql).join("\n"))

/** Steps of the plan that read a large table from end to end, or build an index of it to throw away. */
const longSteps = (sql: string): ReadonlyArray<string> => {
  const named = aliases(sql)
  // SQLite may hold a view's few rows for one key, but not all its rows to find one of them.
  const indexed = aliases(sql, [...large, "contact_ids"])
  const asked = sql.replaceAll(/:\w+/g, "'one'")
  const plan = sample.database.prepare<[], { readonly detail: string }>(`EXPLAIN QUERY PLAN ${asked}`)
  return plan
    .all()
    .map(({ detail }) => detail)
    .filter((detail) => {
      const [, automatic = ""] = /^SEARCH (\w+) USING AUTOMATIC/.exec(detail) ?? []
      // A search that knows but a bound, as all IDs above NULL, may as well be a scan.
      const [, scanned = ""] = /^(?:SCAN|SEARCH(?!.*=\?)) (\w+)/.exec(detail) ?? []
      return indexed.has(automatic) || named.has(scanned) || inViews.has(scanned)
    })
}

/** About one batch, one address or one contact. */
const isNarrow = (sql: string) => /\b(?:batch_id|email_key|contact_id) = (?::|')/.test(sql)

describe("no plan reads a whole large table", () => {
  it("for a saved question about one batch, address or contact", () => {
    const narrow = questions.filter(({ parameters }) => parameters.some((one) => one.default === undefined))
    expect(narrow.length).toBeGreaterThanOrEqual(4)
    for (const { name, sql } of narrow) {
      expect(isNarrow(sql), name).toBe(true)
      expect(longSteps(sql), name).toEqual([])
    }
  })

  it("for a query of the analyst's session about one batch, address or contact", () => {
    const narrow = analystQueries().filter(isNarrow)
    expect(narrow).toHaveLength(4)
    for (const sql of narrow) expect(longSteps(sql), sql).toEqual([])
  })

  it("for a view asked for one batch or address", () => {
    // A conflict is one of all links there are; what succeeded in one batch is told by batch_successes.
    const wide = ["id_conflicts", "contact_id_batches"]
    for (const { name } of [...views, ...recordViews].filter((view) => !wide.includes(view.name))) {
      const columns = sample.database
        .prepare<[string], string>("SELECT name FROM pragma_table_info(?)")
        .pluck()
        .all(name)
      for (const column of ["batch_id", "email_key"]) {
        // Which contacts a batch had is told by batch_sent.
        if (!columns.includes(column) || (name === "local_contacts" && column === "batch_id")) continue
        expect(longSteps(`SELECT * FROM ${name} WHERE ${column} = 'one'`), `${name} by ${column}`).toEqual([])
      }
    }
  })

  it("for the batches of one contact ID", () => {
    expect(longSteps("SELECT * FROM contact_id_batches WHERE contact_id = 'one'")).toEqual([])
  })

  it("for a view about rare outcomes", () => {
    for (const name of [
      "rejected_contacts",
      "unaccounted_contacts",
      "missing_contacts",
      "retry_candidates"
    ]) {
      const plan = sample.database
        .prepare<[], { readonly detail: string }>(`EXPLAIN QUERY PLAN SELECT * FROM ${name}`)
        .all()
      expect(
        plan.some(({ detail }) =>
          /^SEARCH o USING (?:COVERING )?INDEX verdicts_by_outcome \(outcome=\?/.test(detail)
        ),
        name
      ).toBe(true)
    }
  })

  it("and the test detects one that does", () => {
    expect(longSteps("SELECT * FROM contact_status WHERE email LIKE '%@x.test'")).not.toEqual([])
    expect(longSteps("SELECT count(*) FROM batch_sent")).not.toEqual([])
    expect(longSteps("SELECT email FROM local_contacts WHERE contact_id IS NOT NULL")).not.toEqual([])
  })
})

/** What SQLite learnt after 3.37, the oldest that is promised to read the file. */
const tooNew: ReadonlyArray<readonly [since: string, RegExp]> = [
  ["3.38", /->/],
  ["3.38", /\b(?:unixepoch|format)\s*\(/i],
  ["3.38", /'auto'/i],
  ["3.39", /\b(?:RIGHT|FULL)\s+(?:OUTER\s+)?JOIN\b/i],
  ["3.39", /\bIS\s+(?:NOT\s+)?DISTINCT\s+FROM\b/i],
  ["3.41", /\bunhex\s*\(/i],
  ["3.42", /'subsec(?:ond)?'/i],
  ["3.43", /\b(?:timediff|octet_length)\s*\(/i],
  ["3.44", /\b(?:concat|concat_ws|string_agg)\s*\(/i],
  ["3.44", /\b(?:group_concat|sum|count|min|max|json_group_\w+)\s*\([^()]*\bORDER\s+BY\b/i],
  ["3.45", /\bjsonb\w*\s*\(/i],
  ["3.46", /\bjson_pretty\s*\(/i],
  ["3.46", /\b\d+_\d/],
  ["3.48", /\bif\s*\(/i]
]

const newerThings = (sql: string) => tooNew.filter(([, pattern]) => pattern.test(sql)).map(([since]) => since)

describe("SQLite 3.37", () => {
  it("supports everything in tables, indexes, views, questions and the analyst's queries", () => {
    const made = sample.database
      .prepare<[], string>("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")
      .pluck()
      .all()
    expect(made.length).toBeGreaterThan(20)
    for (const sql of [...made, ...questions.map((one) => one.sql), ...analystQueries()]) {
      expect(newerThings(sql), sql).toEqual([])
    }
  })

  it("lacks what this test would find", () => {
    expect(newerThings("SELECT value ->> 0 FROM json_each('[]')")).toEqual(["3.38"])
    expect(newerThings("SELECT * FROM a FULL JOIN b")).toEqual(["3.39"])
    expect(newerThings("SELECT group_concat(email ORDER BY email) FROM batch_sent")).toEqual(["3.44"])
  })
})
