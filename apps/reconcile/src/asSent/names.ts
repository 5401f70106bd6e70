import { folded } from "./values.js"

/** Whether a name is the ID of a field or list. */
export const isId = (name: string): boolean => /^\d+$/.test(name)

/** A name as it is kept: without white space around it, and an ID without leading zeros, as the account has it. */
export const nameForm = (name: string): string => {
  const text = name.trim()
  return text.startsWith("0") && isId(text) ? text.replace(/^0+(?=\d)/, "") : text
}

/** What all spellings of a field's name have in common. A personalization tag may be written with `%`. */
export const fieldKey = (name: string): string => folded(nameForm(name)).replace(/^%(.+)%$/, "$1")
