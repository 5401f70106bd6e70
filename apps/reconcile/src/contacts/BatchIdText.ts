import { likelyBatchColumn, normalForm, roleOf } from "./ColumnNames.js"

/** What most IDs look like; these need no further checks. */
const ordinary = /^[A-Za-z0-9][A-Za-z0-9._:~-]{0,63}$/

const longest = 255

const words = new Set(["null", "none", "nan", "n/a", "#n/a", "na", "nil", "undefined"])

const isPlaceholder = (text: string): boolean => words.has(text.toLowerCase()) || /^[-._~:]+$/.test(text)

const columnName = "is a column name"

const faults: ReadonlyArray<readonly [(text: string) => boolean, string]> = [
  [(text) => text.length > longest, `is longer than ${longest} characters`],
  [(text) => /\p{Cs}/u.test(text), "contains half of a character (a lone surrogate)"],
  [(text) => text.includes("\uFFFD"), "contains a character that could not be decoded (U+FFFD)"],
  [(text) => /\p{Cc}/u.test(text), "contains a control character"],
  [(text) => /\s|\p{Z}/u.test(text.replace(/\uFEFF/g, "")), "contains a space"],
  [(text) => /[\p{Cf}\p{Default_Ignorable_Code_Point}]/u.test(text), "contains an invisible character"],
  [(text) => /[,;\uFF0C\u3001]/.test(text), "contains a comma or semicolon"],
  [
    (text) => /["'`\u00AB\u00B4\u00BB\u2018-\u201F\u2039\u203A\uFF02\uFF07]/.test(text),
    "contains a quotation mark"
  ],
  [(text) => text.includes("@"), "is an e-mail address"],
  [(text) => isPlaceholder(text), "means that there is none; leave it blank instead"],
  [(text) => isColumnName(text), columnName]
]

/** Why a text cannot be a batch ID, in words that follow it; null if it can. A wrong ID would be asked about forever. */
export const faultOf = (text: string): string | null =>
  isOrdinary(text) ? null : (faults.find(([isSo]) => isSo(text))?.[1] ?? null)

// Nearly every ID has a digit, and none of the words below does.
const isOrdinary = (text: string): boolean =>
  ordinary.test(text) && (/\d/.test(text) || (!isPlaceholder(text) && !isColumnName(text)))

const isColumnName = (text: string): boolean => {
  const name = text.replace(/[.:~]/g, "_")
  return roleOf(name) !== null || likelyBatchColumn([name, name.replace(/(?:e?s)$/i, "")]) !== undefined
}

const headings = new Set([
  ...["id", "ids", "uuid", "uuids", "guid", "guids", "key", "keys", "code", "codes", "name", "names"],
  ...[
    "no",
    "nr",
    "number",
    "numbers",
    "import",
    "imports",
    "job",
    "jobs",
    "jobid",
    "jobids",
    "value",
    "values"
  ]
])

/** The same for the first line of a list, which may be its heading. */
export const faultOfFirst = (text: string): string | null =>
  faultOf(text) ?? (headings.has(normalForm(text.replace(/[.:~]/g, "_"))) ? columnName : null)
