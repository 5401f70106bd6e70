/** Everything known about one address, for people. */
import type { Chapter, Fact, Story } from "../../ledger/reports/Story.js"
import type { StoryValue } from "../../ledger/reports/storyValues.js"
import { evidences } from "../../ledger/schema/words.js"
import { thousands } from "../../text/numbers.js"
import { batchesOf, blocks, columns, plural, printable } from "./text.js"

export const factsTable = (facts: ReadonlyArray<Fact>) =>
  columns(facts.map(({ at, says, table }) => [at ?? "", table, says]))

/** Longer values are cut: they would pad every other line. `--json` has the whole of them. */
const longestValue = 60

const quoted = (value: string) =>
  value.length <= longestValue
    ? `'${value}'`
    : `'${value.slice(0, longestValue).replace(/[\ud800-\udbff]$/, "")}…' (${thousands(value.length)} characters)`

const foundOf = ({ comparison, found, why }: StoryValue) => {
  if (why !== null) return why
  if (comparison === "same") return ""
  return found === null ? "the account has nothing" : `the account has ${quoted(found)}`
}

/** That a tag or list was sent is all there is. */
const isNamedOnly = ({ kind }: StoryValue) => kind === "tag" || kind === "subscribe" || kind === "unsubscribe"

const findingsOf = ({ findings }: Chapter) =>
  findings.map(({ detail, finding }) => `  ${finding}: ${printable(detail)}`)

const valuesTable = (values: ReadonlyArray<StoryValue>) =>
  [
    "  sent with",
    columns(
      values.map((value) => [
        `  ${value.member}`,
        isNamedOnly(value) ? "" : quoted(value.sent),
        value.comparison,
        foundOf(value)
      ])
    )
  ].join("\n")

const verdictOf = ({ contact_id, evidence, likely_reason, outcome, retry_reason }: Chapter) =>
  [
    printable(
      `${outcome} (${evidences[evidence].short})${contact_id === null ? "" : `, contact ID ${contact_id}`}`
    ),
    ...(likely_reason === null ? [] : [likely_reason]),
    ...(retry_reason === null ? [] : [`may be sent again: ${retry_reason}`])
  ].join("\n  ")

const headline = (emailKey: string, chapters: ReadonlyArray<Chapter>, batches: number) => {
  if (chapters.length === 0) return `${emailKey} was not sent in any batch.`
  return chapters.length === batches
    ? `${emailKey}, sent in ${batchesOf(batches)}`
    : `${emailKey}, sent ${plural(chapters.length, "time")} in ${batchesOf(batches)}`
}

/** An address sent several times in one batch has an outcome for each, on the same facts. */
export const storyText = ({ chapters, email_key, facts }: Story) => {
  const batches = [...new Set(chapters.map(({ batch_id }) => batch_id))]
  return blocks(
    printable(headline(email_key, chapters, batches.length)),
    factsTable(facts),
    ...batches.map((batchId) => {
      const own = chapters.filter(({ batch_id }) => batch_id === batchId)
      const verdicts = [...new Set(own.map(verdictOf))].join("\n  and ")
      return [
        `${printable(`In batch ${batchId}: `)}${verdicts}`,
        ...own.flatMap(findingsOf),
        factsTable(own.flatMap(({ facts }) => facts)),
        ...own.flatMap(({ values }) => (values.length === 0 ? [] : [valuesTable(values)]))
      ].join("\n")
    })
  )
}
