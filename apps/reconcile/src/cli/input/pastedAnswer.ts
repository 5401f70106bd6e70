import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { isSettled, lists } from "effect-activecampaign/ImportAnswer"
import type { ImportSnapshot } from "effect-activecampaign/ImportSnapshot"
import * as Answers from "../../ledger/facts/Answers.js"
import { reconcileStale } from "../../ledger/conclusions/Reconciliation.js"
import { preview } from "../../ledger/erase/Removals.js"
import type { BatchRow } from "../../ledger/reports/Reports.js"
import { unreadableItems } from "../output/unreadableItems.js"
import { countsOf } from "../output/summary.js"
import { plural, printable } from "../output/text.js"

const told = ({ answer }: ImportSnapshot) => {
  const { failure, success, unreadable } = lists(answer)
  const listed = (list: Option.Option<ReadonlyArray<string>>, one: string, many: string) =>
    Option.match(list, {
      onNone: () => `${many} not reported`,
      onSome: ({ length }) => plural(length, one, many)
    })
  return `${answer.status}, ${listed(success, "success", "successes")}, ${listed(failure, "failure", "failures")}${
    unreadable.length === 0 ? "" : `, ${plural(unreadable.length, "item", "items")} that could not be read`
  }`
}

/** The unreadable items of a pasted answer, as `status` shows them. */
const unreadableIn = ({ answer }: ImportSnapshot) => {
  const lines = unreadableItems(lists(answer).unreadable)
  return lines === "" ? [] : [lines]
}

/** What a pasted answer would change in a settled batch; undefined if it has not settled or nothing is new. */
export const secondAnswer = (pasted: ImportSnapshot) =>
  Effect.gen(function* () {
    const status = yield* Answers.settledStatus(pasted.batchId)
    if (status === undefined) return undefined
    const { changed, recorded } = yield* preview(
      Effect.gen(function* () {
        yield* reconcileStale()
        const recorded = yield* Answers.record(pasted, "pasted")
        return { recorded, changed: (yield* reconcileStale()).changed }
      })
    )
    return recorded ? { _tag: "Shown" as const, status, pasted, changed } : undefined
  })

/** For a settled batch, only shows what would change: ActiveCampaign does not settle a batch twice. */
export const describeSecond = (
  file: string,
  { changed, pasted, status }: Effect.Effect.Success<ReturnType<typeof secondAnswer>> & {}
) => ({
  text: [
    printable(
      `${file}: batch ${pasted.batchId} has already settled as ${status}. The pasted answer says: ${told(pasted)}.`
    ),
    ...unreadableIn(pasted),
    `Recording it as the next answer would change the outcome of ${plural(changed, "contact")}.`,
    "Nothing was recorded. Run again with --yes to record it."
  ].join("\n"),
  result: {
    db: file,
    batchId: pasted.batchId,
    settled: status,
    answer: { status: pasted.answer.status, recorded: false },
    outcomesChanged: changed
  }
})

/** What happened to a pasted answer. */
export const describePasted = (
  pasted: ImportSnapshot,
  recorded: boolean,
  batch: Option.Option<BatchRow>,
  settled: string | undefined
): ReadonlyArray<string> => {
  if (!recorded) return ["The pasted answer is already recorded."]
  const counts = Option.match(batch, {
    onNone: () => "",
    onSome: (row) => ` ${plural(row.sent, "contact")} sent${countsOf(row)}.`
  })
  const isFinal = isSettled(pasted.answer)
  return [
    printable(`Pasted answer recorded: ${told(pasted)}.${isFinal ? counts : ""}`),
    ...unreadableIn(pasted),
    ...(isFinal
      ? []
      : settled === undefined
        ? ["The batch has not settled; 'ac-reconcile run' will keep asking about it."]
        : [
            `The batch stays settled as ${settled}, by its earlier answer, and is not asked about again. The conflict between the two answers is reported as the finding impossible-transition.`
          ])
  ]
}
