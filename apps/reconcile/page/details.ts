import { element, visible } from "./dom.js"

/** A line of the details: a name and a text, or a link. Lines without a text are left out. */
export type Detail = readonly [name: string, value: string | Node | null]

const dialog = element("dialog", { "aria-labelledby": "details-title" })

/** Everything about one row, which in its table may be cut. Escape closes it. */
export const showDetails = (title: string, lines: ReadonlyArray<Detail>, command?: string) => {
  const close = element("button", { type: "button", class: "close" }, "Close")
  close.addEventListener("click", () => dialog.close())
  const list = element("dl")
  for (const [name, value] of lines) {
    if (value === null || value === "") continue
    list.append(
      element("dt", {}, name),
      element("dd", {}, typeof value === "string" ? visible(value) : value)
    )
  }
  dialog.replaceChildren(
    element("h2", { id: "details-title" }, visible(title)),
    list,
    ...(command === undefined
      ? []
      : [
          element("p", { class: "note" }, "The facts behind it:"),
          element("div", { class: "command" }, element("code", {}, visible(command)))
        ]),
    close
  )
  if (!dialog.isConnected) document.body.append(dialog)
  dialog.showModal()
}

/** A text of a table that opens the details of its row. */
export const opening = (text: string, open: () => void): HTMLButtonElement => {
  const button = element(
    "button",
    { type: "button", class: "link", "aria-haspopup": "dialog" },
    visible(text)
  )
  button.addEventListener("click", open)
  return button
}
