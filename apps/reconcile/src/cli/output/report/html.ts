/** HTML that is safe to put into other HTML. */
export interface Html {
  readonly text: string
}

type Value = string | Html | ReadonlyArray<Html>

const signs: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
}

/** Characters that no HTML may have, and those that reorder or hide what is around them, are shown as their codes. */
const unseen = /[\p{Cc}\p{Bidi_Control}\u200b\u2060\ufeff\ufffe\uffff]|\p{Cs}/gu

const escaped = (text: string) =>
  text
    .replace(unseen, (sign) => `\\u${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`)
    .replace(/[&<>"']/g, (sign) => signs[sign] ?? "")

const within = (value: Value): string => {
  if (typeof value === "string") return escaped(value)
  return "text" in value ? value.text : value.map(({ text }) => text).join("")
}

/** HTML as it stands, which must not contain a text of others. */
export const markup = (text: string): Html => ({ text })

/** A template of HTML: each text in it is escaped, and stays text. */
export const html = (strings: TemplateStringsArray, ...values: ReadonlyArray<Value>): Html => ({
  text: strings.map((string, at) => (at === 0 ? string : within(values[at - 1] ?? "") + string)).join("")
})
