import { assert, describe, it } from "@effect/vitest"
import { contactUrl, mostFrequent, roughly, spread } from "../../src/report/numbers.js"

describe("the numbers of a report", () => {
  it("tell where the account shows a contact, if the API URL tells its name", () => {
    assert.strictEqual(
      contactUrl("https://acme.api-us1.com/api/3"),
      "https://acme.activehosted.com/app/contacts/"
    )
    assert.strictEqual(
      contactUrl("https://acme.activehosted.com"),
      "https://acme.activehosted.com/app/contacts/"
    )
    for (const url of [
      "http://127.0.0.1:8080/api/3",
      "https://evil.test/acme.api-us1.com",
      "javascript:alert(1)",
      ""
    ]) {
      assert.isNull(contactUrl(url))
    }
  })

  it("spread times over bins, and tell the middle, nine of ten, and the longest", () => {
    const { bins, ...rest } = spread([5, null, 10, 11, 4000, 90_000, null])
    assert.deepStrictEqual(rest, {
      known: 5,
      unknown: 2,
      median_seconds: 11,
      p90_seconds: 90_000,
      longest_seconds: 90_000
    })
    assert.deepStrictEqual(
      bins.map(({ batches }) => batches),
      [2, 1, 0, 0, 0, 0, 1, 0, 1]
    )
  })

  it("keep the most frequent domains, and never call one domain 'others'", () => {
    const domains = ["a", "b", "c", "d"].map((domain, at) => ({ domain, contacts: 10 - at }))
    assert.deepStrictEqual(mostFrequent(domains, 2), {
      rows: domains.slice(0, 2),
      others: { domains: 2, contacts: 15 }
    })
    assert.deepStrictEqual(mostFrequent(domains, 3).others, { domains: 0, contacts: 0 })
  })

  it("say roughly how long something took", () => {
    assert.deepStrictEqual([0.26, 45, 120, 5400, 200_000].map(roughly), [
      "0.3 s",
      "45 s",
      "2 min",
      "1.5 h",
      "2.3 days"
    ])
  })
})
