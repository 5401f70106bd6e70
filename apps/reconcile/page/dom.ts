type Child = Node | string

/** An element with attributes and children. A text is always text, whatever is in it. */
export const element = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: ReadonlyArray<Child>
): HTMLElementTagNameMap[Tag] => {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

/** Characters that reorder or hide what is around them are shown as their codes. */
export const visible = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Bidi_Control}\u200b\u2060\ufeff]|\p{Cs}/gu,
    (sign) => `\\u${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`
  )

export const thousands = new Intl.NumberFormat("en-US").format

/** The square in front of a word, in its colour. */
export const mark = (word: string) => element("span", { class: "mark", "data-mark": word })

export const find = (selector: string, within: ParentNode = document): HTMLElement | undefined =>
  within.querySelector<HTMLElement>(selector) ?? undefined
