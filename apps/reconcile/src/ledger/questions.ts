import { ofBatches } from "./questions/ofBatches.js"
import { ofContacts } from "./questions/ofContacts.js"
import { ofTheFile } from "./questions/ofTheFile.js"
import type { Question } from "./questions/Question.js"

/** The saved questions, in the order in which they are listed. */
export const questions: ReadonlyArray<Question> = [...ofTheFile, ...ofBatches, ...ofContacts]

/** SQL is told from a name by its white space: a name never has any. */
export const isName = (text: string): boolean => !/\s/.test(text)

const distance = (left: string, right: string): number => {
  let above = Array.from({ length: right.length + 1 }, (_, at) => at)
  for (const [row, char] of left.split("").entries()) {
    const here = [row + 1]
    for (const [column, other] of right.split("").entries()) {
      const replaced = (above[column] ?? 0) + (char === other ? 0 : 1)
      here.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (here[column] ?? 0) + 1))
    }
    above = here
  }
  return above[right.length] ?? 0
}

/** The name most like what was typed. */
export const nearest = (typed: string, among: ReadonlyArray<string>): string =>
  among.reduce((best, name) => (distance(typed, name) < distance(typed, best) ? name : best), among[0] ?? "")

/** The question as whoever cannot run JavaScript has to ask it: keys from addresses of ASCII letters only. */
export const inPlainSql = ({ parameters, sql }: Question): string =>
  parameters.reduce((text, { default: fallback, kind, name }) => {
    const value =
      kind === "email"
        ? `lower(trim(:${name}))`
        : kind === "count"
          ? `coalesce(nullif(:${name}, ''), ${fallback ?? -1})`
          : `:${name}`
    return text.replaceAll(new RegExp(`:${name}\\b`, "g"), value)
  }, sql)
