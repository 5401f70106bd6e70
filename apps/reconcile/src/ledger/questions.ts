import { ofBatches } from "./questions/ofBatches.js"
import { ofContacts } from "./questions/ofContacts.js"
import { ofTheFile } from "./questions/ofTheFile.js"
import type { Question } from "./questions/Question.js"

/** The saved questions, in the order in which they are listed. */
export const questions: ReadonlyArray<Question> = [...ofTheFile, ...ofBatches, ...ofContacts]

/** SQL is told from a name by its white space: a name never has any. */
export const isName = (text: string): boolean => !/\s/.test(text)

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
