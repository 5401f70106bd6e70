/** What keeps sent values from being checked, and what to do about it. */
import type { Standing } from "../ledger/asSent/Standing.js"
import { plural, thousands } from "../text/numbers.js"

const listed = (words: ReadonlyArray<string>) =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`

const capital = (text: string) => text.replace(/^./, (letter) => letter.toUpperCase())

const areNotChecked = (count: number) =>
  `${plural(count, "sent value")} ${count === 1 ? "is" : "are"} not checked`

const unseenLine = ({ lacking, unseen }: Standing) =>
  unseen === 0
    ? []
    : [
        `${capital(listed(lacking))} of contacts were missing from the account's answers: ${areNotChecked(unseen)} for that. 'ac-reconcile check' asks again; 'ac-reconcile check --sample 20' asks for some contacts one by one, two calls each.`
      ]

const unnamedLine = (part: "fields" | "tags", { unasked, unnamed }: Standing) => {
  const count = unnamed[part]
  if (count === 0) return []
  return unasked.includes(part)
    ? [
        `The names of ${part} have not been read yet, for lack of calls: ${areNotChecked(count)} for that. The next run with calls left for them reads them; --max-calls allows more.`
      ]
    : [
        `The names of ${part} could not be read from the account: ${areNotChecked(count)} for that. A later run reads them again; if it cannot either, see that the user of the API token may see ${part}.`
      ]
}

/** Lines for a report and the end of a run; none if nothing is wrong with the answers. */
export const gapLines = (standing: Standing): ReadonlyArray<string> => [
  ...unseenLine(standing),
  ...unnamedLine("fields", standing),
  ...unnamedLine("tags", standing)
]

export const undeclared =
  "Nothing says what contacts were sent with, so there is nothing to compare. 'ac-reconcile batches add --sent' or 'ac-reconcile contacts load --sends' does."

/** Why no contact is to be looked at. */
export const nothingToCompare = ({ notChecked, open, sent }: Standing): string => {
  if (sent === null) return undeclared
  if (sent === 0) return "There is nothing to compare: no contact was sent with anything that is declared."
  if (notChecked === 0) return "There is nothing left to compare: each value that was sent has been checked."
  if (open > 0) {
    return `There is nothing to compare yet: ${thousands(open)} of the batches ${open === 1 ? "has" : "have"} not settled. 'ac-reconcile run' follows ${open === 1 ? "it" : "them"}.`
  }
  return `There is nothing to compare now: ${areNotChecked(notChecked)}, and asking again would not help. ${notChecked === 1 ? "Its contact is" : "Their contacts are"} not known to be in the account, or a doubt is left. 'ac-reconcile resolve' and 'ac-reconcile lookup' may find more contacts.`
}

/** What a run that compares nothing leaves unsaid otherwise. */
export const leftOutLines = (
  { notChecked, sent }: Standing,
  run: { readonly isLeftOut: boolean; readonly idsLeft: number }
): ReadonlyArray<string> => {
  if (sent === null || notChecked === 0) return []
  if (run.isLeftOut) {
    return [
      `Comparing with what was sent was left out by --no-check: ${areNotChecked(notChecked)}. 'ac-reconcile check' compares ${notChecked === 1 ? "it" : "them"}.`
    ]
  }
  return run.idsLeft > 0
    ? [`${capital(areNotChecked(notChecked))}: contacts are compared once their IDs are resolved.`]
    : []
}
