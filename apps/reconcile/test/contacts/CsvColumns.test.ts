import { assert, describe, it } from "@effect/vitest"
import { columnsOf, emails, failure, parse } from "./support.js"

describe("choosing CSV columns", () => {
  it.each([
    "email",
    "E-Mail",
    "EMAIL ADDRESS",
    "email_address",
    "emailAddress",
    "Mail",
    "E\u2011Mail",
    "e\u00admail\u200b"
  ])("finds the address under %s", (name) => {
    assert.deepStrictEqual(emails(parse(`id,${name}\n7,a@x.test\n`)), ["a@x.test"])
  })

  it.each(["contact_id", "ContactID", "ActiveCampaign ID", "ac_id"])(
    "finds the contact ID under %s",
    (name) => {
      assert.strictEqual(parse(`email,${name}\na@x.test, 42 \n`).rows[0]?.contactId, "42")
    }
  )

  it("does not guess that a plain id is a contact ID, or that any column is a batch ID", () => {
    const { rows } = parse("id,email,batch_id\n7,a@x.test,b1\n")
    assert.strictEqual(rows[0]?.contactId, null)
    assert.strictEqual(rows[0]?.batchId, null)
  })

  it("takes the columns the caller names over those it would find", () => {
    const { rows } = parse("email,work mail,id,batch\na@x.test,b@x.test,7, b1 \n", {
      map: { email: "Work Mail", contactId: "id", batchId: "batch" }
    })
    assert.deepStrictEqual(
      rows.map(({ email, contactId, batchId }) => ({ email, contactId, batchId })),
      [{ email: "b@x.test", contactId: "7", batchId: "b1" }]
    )
  })

  it("prefers the exact name if two columns differ only in case", () => {
    assert.deepStrictEqual(emails(parse("email,EMAIL\na@x.test,b@x.test\n", { map: { email: "EMAIL" } })), [
      "b@x.test"
    ])
  })

  it("keeps a row whose batch or contact ID is blank", () => {
    const read = parse("email,contact_id,batch\na@x.test, ,\n", { map: { batchId: "batch" } })
    assert.deepStrictEqual(
      read.rows.map(({ contactId, batchId }) => [contactId, batchId]),
      [[null, null]]
    )
    assert.deepStrictEqual(read.rejected, [])
  })

  it("refuses a missing mapped column, and names the existing ones", () => {
    assert.strictEqual(
      failure("\nemail,name\n", { map: { batchId: "batch" } }),
      'contacts.csv, line 2: there is no column "batch" (columns: email, name). Correct --map batch_id=COLUMN.'
    )
  })

  it("refuses a file without an address column, naming its columns and the remedy", () => {
    assert.strictEqual(
      failure("a,b\n1,2\n"),
      "contacts.csv, line 1: no e-mail address column was found (columns: a, b). Name it with --map email=COLUMN."
    )
  })

  it("refuses to choose between two address columns", () => {
    assert.strictEqual(
      failure("Email,Mail\n"),
      "contacts.csv, line 1: more than one column could be the e-mail address (Email, Mail). " +
        "Name the right one with --map email=COLUMN."
    )
  })

  it("refuses two columns with the same name", () => {
    assert.strictEqual(
      failure("email,note,note\n"),
      "contacts.csv, line 1: more than one column is named note. Give each column its own name."
    )
  })

  it("keeps the values of unnamed columns under their position", () => {
    assert.strictEqual(
      columnsOf(parse("email,,\na@x.test,1,2\n").rows[0]),
      '{"email":"a@x.test","column 2":"1","column 3":"2"}'
    )
  })

  it("shows a long or hostile header shortened and without control characters", () => {
    const names = Array.from({ length: 30 }, (_, i) => `c${i}\u001b[31m`)
    const message = failure(`${names.join(",")}\n`)
    assert.include(message, "c19\\u001b[31m and 10 more")
    assert.notInclude(message, "\u001b")
  })
})
