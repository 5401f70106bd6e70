import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { ownNames, sentAddressColumn } from "../../src/contacts/OwnColumns.js"
import { emails, parse } from "./support.js"

describe("the names of our columns", () => {
  it("stay as they are if the source has no column of that name", () => {
    assert.deepStrictEqual(ownNames(["batch_id", "outcome"], ["Name", "Batch"]), ["batch_id", "outcome"])
  })

  it("get a prefix if the source has a column of that name or meaning", () => {
    const taken = ownNames(
      ["batch_id", "email", "outcome", "contact_id"],
      ["E-Mail", "Batch ID", "outcome", "AC ID"]
    )
    assert.deepStrictEqual(taken, [
      "reconcile_batch_id",
      "reconcile_email",
      "reconcile_outcome",
      "reconcile_contact_id"
    ])
    assert.deepStrictEqual(ownNames(["outcome"], ["outcome", "reconcile_outcome"]), [
      "reconcile_reconcile_outcome"
    ])
  })

  it.prop(
    "never clash with any names of the source",
    [
      FastCheck.uniqueArray(
        FastCheck.constantFrom("email", "Mail", "reconcile_email", "outcome", "Outcome", "x")
      )
    ],
    ([originals]) => {
      const names = [...originals, ...ownNames(["email", "outcome"], originals)]
      assert.strictEqual(new Set(names).size, names.length)
    }
  )

  it("tell a loader where the address is, even after several exports", () => {
    assert.strictEqual(sentAddressColumn(["email", "name"]), undefined)
    assert.strictEqual(
      sentAddressColumn(["reconcile_reconcile_email", "reconcile_email"]),
      "reconcile_reconcile_email"
    )
    const csv = "E-Mail,mail,reconcile_email\n,b@x.test,c@x.test\n"
    assert.deepStrictEqual(emails(parse(csv)), ["c@x.test"])
    assert.deepStrictEqual(emails(parse(csv, { map: { email: "mail" } })), ["b@x.test"])
    const json = '{"mail":"b@x.test","reconcile_email":"c@x.test"}'
    assert.deepStrictEqual(emails(parse(json, { format: "jsonl" })), ["c@x.test"])
  })
})
