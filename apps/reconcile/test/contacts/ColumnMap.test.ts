import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import { parseColumnMap } from "../../src/contacts/ColumnMap.js"

describe("parseColumnMap", () => {
  it("reads the three keys, and keeps spaces and equals signs in names", () => {
    assert.deepStrictEqual(
      parseColumnMap("email=E-Mail, contact_id=AC ID,batch_id=a=b"),
      Either.right({ email: "E-Mail", contactId: "AC ID", batchId: "a=b" })
    )
  })

  it("takes a name with a comma in double quotes", () => {
    assert.deepStrictEqual(
      parseColumnMap('email="Mail, ""work""",batch_id=b'),
      Either.right({ email: 'Mail, "work"', batchId: "b" })
    )
  })

  it.each([
    ["email", '"email" has no "="'],
    ["", '"" has no "="'],
    ["id=x", '"id" cannot be mapped (only email, contact_id and batch_id can)'],
    ["contactId=x", '"contactId" cannot be mapped'],
    ["email=", "email names no column"],
    ["email=a,email=b", "email is named twice"]
  ])("refuses %j and shows how it is written", (text, reason) => {
    const error = Either.getOrThrow(Either.flip(parseColumnMap(text)))
    assert.isTrue(error.startsWith(reason), error)
    assert.include(error, "write --map email=COLUMN,contact_id=COLUMN,batch_id=COLUMN")
  })
})
