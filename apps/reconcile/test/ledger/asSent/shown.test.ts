import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ContactDetails } from "effect-activecampaign/ContactDetails"
import { noNames } from "../../../src/asSent/compare.js"
import type { SentMember } from "../../../src/asSent/SentMember.js"
import { lookAt } from "../../../src/ledger/asSent/lookAt.js"
import { isLess, isMore, showsAny } from "../../../src/ledger/asSent/shown.js"
import { reconcileStale } from "../../../src/ledger/conclusions/Reconciliation.js"
import { load, row, select } from "../../support/ledger.js"
import { detailed, send } from "../../support/sentValues.js"
import { counts, inMemory, look, settled } from "./support/looks.js"

const tag = (name: string): SentMember => ({ kind: "tag", name, value: "" })

describe("what a look does not show", () => {
  it.each<readonly [part: ContactDetails["tags"], members: ReadonlyArray<SentMember>, unseen: string | null]>(
    [
      [{ _tag: "Complete", rows: [] }, [tag("vip")], null],
      [{ _tag: "NotSideloaded" }, [tag("vip"), tag("new")], "tag"],
      [{ _tag: "Incomplete", rows: [], why: "withheld" }, [tag("vip"), tag("new"), tag("old")], "tag:3"],
      [
        { _tag: "Incomplete", rows: [{ tag: "7", name: Option.some("vip") }], why: "withheld" },
        [tag("vip"), tag("new")],
        "tag:1"
      ],
      [
        { _tag: "Incomplete", rows: [{ tag: "7", name: Option.some("vip") }], why: "withheld" },
        [tag("vip")],
        null
      ],
      // It does show the tag, by a number that has no name yet.
      [{ _tag: "Incomplete", rows: [{ tag: "7", name: Option.none() }], why: "withheld" }, [tag("vip")], null]
    ]
  )("is counted by kind where a part has some: %j, of %j", (tags, members, unseen) => {
    const contact = detailed("1", "a@x.test", { tags })
    assert.strictEqual(lookAt(contact, { members, inBatch: members }, noNames).unseen, unseen)
  })

  it.each<readonly [unseen: string | null, before: string | null, less: boolean, more: boolean]>([
    [null, null, false, false],
    ["tag", null, false, false],
    [null, "tag", false, true],
    ["tag", "tag", false, false],
    ["tag:2", "tag", false, true],
    ["tag", "tag:2", true, false],
    ["tag:2", "tag:3", false, true],
    ["tag:3", "tag:2", true, false],
    // Each has something that the other lacks.
    ["tag field:1", "tag:1 field:2", true, true],
    ["tag", "field", true, true],
    // A contact that is gone, or has another address, shows nothing to be kept.
    ["contact", "tag", false, false],
    ["contact", null, false, false],
    ["tag", "address", false, true]
  ])("is less or more than before: %s after %s", (unseen, before, less, more) => {
    assert.deepStrictEqual([isLess(unseen, before), isMore(unseen, before)], [less, more])
  })

  it.each<readonly [unseen: string | null, any: boolean]>([
    [null, true],
    ["contact", false],
    ["address", false],
    ["tag", false],
    ["tag:2", false],
    ["tag:1", true],
    ["field", true]
  ])("lets something be compared or not, of two tags: %s", (unseen, any) => {
    assert.strictEqual(showsAny(unseen, [tag("vip"), tag("new")]), any)
  })

  it.effect("keeps nothing from being compared that it does show", () =>
    Effect.gen(function* () {
      yield* send("b", [{ email: "a@x.test", tags: ["vip", "new"] }])
      yield* settled("b", ["1"])
      const rows = [{ tag: "7", name: Option.some("vip") }]
      yield* look(detailed("1", "a@x.test", { tags: { _tag: "Incomplete", rows, why: "withheld" } }))
      yield* reconcileStale()
      assert.deepStrictEqual(yield* counts, ["b tag new 1 0 0 0 0 0 1", "b tag vip 1 1 0 0 0 0 0"])
    }).pipe(inMemory)
  )

  it.effect("counts no more once the batch has settled anew", () =>
    Effect.gen(function* () {
      const unseen = select("SELECT not_checked, unseen FROM value_counts")
      yield* send("b", [{ email: "a@x.test", tags: ["vip"] }])
      yield* load([row("a@x.test", "b", "1")])
      yield* settled("b", ["1"])
      yield* look(detailed("1", "a@x.test", { tags: { _tag: "NotSideloaded" } }))
      yield* reconcileStale()
      assert.deepStrictEqual(yield* unseen, [{ not_checked: 1, unseen: 1 }])
      yield* settled("b", ["1", "2"])
      assert.deepStrictEqual(yield* unseen, [{ not_checked: 1, unseen: 0 }])
    }).pipe(inMemory)
  )
})
