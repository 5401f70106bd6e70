/** A value of JSON as the text that it is sent as. Undefined: nothing was sent. */
export const textOf = (value: unknown): string | undefined => {
  if (value === null || value === undefined) return undefined
  return typeof value === "string" ? value : JSON.stringify(value)
}

/** Whether a bulk import takes it for a value. Numbers are compared as their text. */
export const isText = (value: unknown): boolean => typeof value === "string" || typeof value === "number"
