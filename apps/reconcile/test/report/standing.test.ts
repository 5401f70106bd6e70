import { assert, describe, it } from "@effect/vitest"
import { nothing, type Standing } from "../../src/ledger/asSent/Standing.js"
import { gapLines, leftOutLines, nothingToCompare } from "../../src/report/standing.js"

const standing: Standing = { ...nothing, sent: 40 }

describe("what is said of sent values that are not checked", () => {
  it("speaks of one value as of one, and of several as of several", () => {
    const says = (notChecked: number) => nothingToCompare({ ...standing, notChecked })
    assert.match(
      says(1),
      /: 1 sent value is not checked, and .*\. Its contact is not known to be in the account, or a doubt is left\./
    )
    assert.match(
      says(1200),
      /: 1,200 sent values are not checked, and .*\. Their contacts are not known to be in the account, or a doubt is left\./
    )
    const leftOut = (notChecked: number) =>
      leftOutLines({ ...standing, notChecked }, { isLeftOut: true, idsLeft: 0 }).join("")
    assert.match(leftOut(1), /: 1 sent value is not checked\. 'ac-reconcile check' compares it\.$/)
    assert.match(leftOut(2), /: 2 sent values are not checked\. 'ac-reconcile check' compares them\.$/)
  })

  it("keeps to the words of the tables: cannot tell is another thing", () => {
    const all = [
      ...gapLines({ ...standing, unseen: 3, lacking: ["fields", "tags"], unnamed: { fields: 1, tags: 2 } }),
      nothingToCompare({ ...standing, notChecked: 3 }),
      ...leftOutLines({ ...standing, notChecked: 3 }, { isLeftOut: false, idsLeft: 2 })
    ]
    for (const line of all) {
      assert.include(line, "not checked")
      assert.notMatch(line, /cannot (be told|tell)/)
    }
    assert.match(all[0] ?? "", /^Fields and tags of contacts were missing from the account's answers: 3 sent/)
  })
})
