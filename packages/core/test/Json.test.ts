import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, DateTime, Duration, FastCheck, Option, Schema, type SchemaAST } from "effect"
import {
  ActiveCampaignError,
  CatalogEntry,
  Contact,
  ContactsError,
  ImportAnswer,
  ImportSnapshot,
  ImportTotals,
  PollState,
  Resolved,
  SetupError,
  Submission,
  SubmissionError,
  UnreadableItem,
  WaitError
} from "effect-activecampaign"
import { batchId } from "./support.js"

/** Everything that one process may hand to another. */
const crossing: { readonly [name: string]: Schema.Schema.AnyNoContext } = {
  ImportAnswer: ImportAnswer.ImportAnswer,
  Unset: ImportAnswer.Unset,
  InProgress: ImportAnswer.InProgress,
  Settled: ImportAnswer.Settled,
  Unrecognized: ImportAnswer.Unrecognized,
  UnreadableItem: UnreadableItem.UnreadableItem,
  ImportSnapshot: ImportSnapshot.ImportSnapshot,
  PollState: PollState.PollState,
  ImportTotals: ImportTotals.ImportTotals,
  Submission: Submission.Submission,
  QueuedImport: Submission.QueuedImport,
  Contact: Contact.Contact,
  ContactsPage: Contact.ContactsPage,
  Resolved: Resolved.Resolved,
  ResolvedInDetail: Resolved.ResolvedInDetail,
  FieldsPage: CatalogEntry.FieldsPage,
  TagsPage: CatalogEntry.TagsPage,
  ListsPage: CatalogEntry.ListsPage,
  ExclusionsPage: CatalogEntry.ExclusionsPage,
  ActiveCampaignError: ActiveCampaignError.ActiveCampaignError,
  ContactsError: ContactsError.ContactsError,
  SubmissionError: SubmissionError.SubmissionError,
  WaitError: WaitError.WaitError,
  InvalidAccountUrl: SetupError.InvalidAccountUrl,
  InvalidApiToken: SetupError.InvalidApiToken,
  InvalidOption: SetupError.InvalidOption
}

/** What of a schema JSON cannot hold: a class, a date, a set. */
const notJson = (ast: SchemaAST.AST, seen = new Set<SchemaAST.AST>()): ReadonlyArray<string> => {
  if (seen.has(ast)) return []
  seen.add(ast)
  switch (ast._tag) {
    case "Declaration":
    case "UndefinedKeyword":
    case "BigIntKeyword":
    case "SymbolKeyword":
      return [String(ast)]
    case "Union":
      // An optional key is written as a union with undefined, and left out by JSON.
      return ast.types.flatMap((type) => (type._tag === "UndefinedKeyword" ? [] : notJson(type, seen)))
    case "TupleType":
      return [...ast.elements, ...ast.rest].flatMap(({ type }) => notJson(type, seen))
    case "TypeLiteral":
      return [...ast.propertySignatures, ...ast.indexSignatures].flatMap(({ type }) => notJson(type, seen))
    case "Refinement":
      return notJson(ast.from, seen)
    case "Suspend":
      return notJson(ast.f(), seen)
    default:
      return []
  }
}

const throughJson = <A, I>(schema: Schema.Schema<A, I>, value: A): A =>
  Schema.decodeUnknownSync(schema)(JSON.parse(JSON.stringify(Schema.encodeSync(schema)(value))))

describe.each(Object.entries(crossing))("%s", (_name, schema) => {
  it("encodes to valid JSON", () => {
    assert.deepStrictEqual(notJson(Schema.encodedSchema(schema).ast), [])
  })

  it("is the same after JSON, for any value of its Arbitrary", () => {
    const same = Schema.equivalence(Schema.typeSchema(schema))
    FastCheck.assert(
      FastCheck.property(Arbitrary.make(schema), (value) => same(throughJson(schema, value), value)),
      { numRuns: 200 }
    )
  })
})

describe("a settled answer", () => {
  it("is the same after JSON with any lists, by itself and within other values", () => {
    const list = FastCheck.oneof(
      FastCheck.jsonValue(),
      FastCheck.array(FastCheck.constantFrom("9101", 9102, "ada@x.yz", null, "0", {}, 7.5, "\ud800")),
      FastCheck.constantFrom({ "0": "9101", "1": null }, { unreadable: "x" }, "ada@x.yz")
    )
    const answers = FastCheck.record({ success: list, failure: list }, { requiredKeys: [] }).map((lists) =>
      Schema.decodeUnknownSync(ImportAnswer.ImportAnswer)({ status: "completed", ...lists })
    )
    const receivedAt = DateTime.unsafeMake("2031-04-02T08:15:00Z")
    const same = ImportAnswer.Equivalence
    FastCheck.assert(
      FastCheck.property(answers, (answer) => {
        assert(ImportAnswer.isSettled(answer))
        assert.isTrue(same(throughJson(ImportAnswer.Settled, answer), answer))
        assert.isTrue(same(throughJson(ImportAnswer.ImportAnswer, answer), answer))
        const snapshot = { batchId, answer, receivedAt, body: "{}" }
        assert.isTrue(same(throughJson(ImportSnapshot.ImportSnapshot, snapshot).answer, answer))
        const state = PollState.next(
          new PollState.PollState({
            batchId,
            startedAt: receivedAt,
            polls: 0,
            known: false,
            last: Option.none()
          }),
          answer,
          receivedAt
        )
        const again = PollState.settled(throughJson(PollState.PollState, state))
        assert.isTrue(same(Option.getOrThrow(again), answer))
      }),
      { numRuns: 500 }
    )
  })

  it("is written with its lists, and without those that are not known", () => {
    const answer = new ImportAnswer.Settled({
      status: "failed",
      success: Option.none(),
      failure: Option.some(["a@x.yz"]),
      unreadable: [{ list: "failure", position: Option.some(1), value: "null" }]
    })
    assert.strictEqual(
      JSON.stringify(Schema.encodeSync(ImportAnswer.Settled)(answer)),
      '{"status":"failed","failure":["a@x.yz"],"unreadable":[{"list":"failure","position":1,"value":"null"}],"_tag":"Settled"}'
    )
  })
})

describe("a duration", () => {
  it("is a number of milliseconds, and never infinite", () => {
    const error = new ActiveCampaignError.RateLimited({
      request: "GET /contacts",
      status: 429,
      retryAfter: Option.some(Duration.seconds(30))
    })
    assert.strictEqual(
      JSON.stringify(Schema.encodeSync(ActiveCampaignError.RateLimited)(error)),
      '{"request":"GET /contacts","status":429,"retryAfter":30000,"_tag":"RateLimited"}'
    )
    assert.throws(
      () =>
        new ActiveCampaignError.RateLimited({
          request: "GET /contacts",
          status: 429,
          retryAfter: Option.some(Duration.infinity)
        }),
      /finite/
    )
  })
})
