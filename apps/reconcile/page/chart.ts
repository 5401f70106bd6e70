import { element, find, mark, thousands, visible } from "./dom.js"

const style = { background: "transparent", color: "inherit", fontFamily: "inherit", fontSize: "12px" }

/** What every picture has. */
export const frame = { style, className: "chart" } as const

/**
 * Plot brings rules in an element that the page's policy does not allow, and they are in page.css instead. It names groups of
 * lines, which mean nothing to a screen reader: the picture has one name.
 */
const asPicture = (made: Element, label: string) => {
  for (const rules of made.querySelectorAll("style")) rules.remove()
  for (const part of made.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label")
  made.setAttribute("role", "img")
  made.setAttribute("aria-label", label)
  return made
}

const canvas = document.createElement("canvas").getContext("2d")

/** How wide a text of a chart is. Letters of other scripts may be twice as wide as ours. */
export const widthOf = (text: string) => {
  if (canvas === null) return text.length * 8
  canvas.font = `${style.fontSize} ${getComputedStyle(document.body).fontFamily}`
  return canvas.measureText(text).width
}

/** The text, or as much of its beginning and end as fits. */
export const shortened = (text: string, width: number) => {
  if (widthOf(text) <= width) return text
  const signs = Array.from(text)
  const cut = (kept: number) => [...signs.slice(0, kept), "…", ...signs.slice(signs.length - kept)].join("")
  let kept = Math.floor(signs.length / 2)
  while (kept > 1 && widthOf(cut(kept)) > width) kept -= 1
  return cut(kept)
}

export interface Chart {
  readonly id: string
  /** What a screen reader says of the picture; the table below it has the numbers. */
  readonly label: string
  readonly draw: (width: number) => Element
  readonly head: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string | number>>
  readonly legend?: ReadonlyArray<string>
}

const numbersOf = ({ head, rows }: Chart) =>
  element(
    "details",
    {},
    element("summary", {}, "The numbers"),
    element(
      "table",
      {},
      element("thead", {}, element("tr", {}, ...head.map((name) => element("th", { scope: "col" }, name)))),
      element(
        "tbody",
        {},
        ...rows.map((cells) =>
          element(
            "tr",
            {},
            ...cells.map((cell) =>
              typeof cell === "number"
                ? element("td", { class: "number" }, thousands(cell))
                : element("td", {}, visible(cell))
            )
          )
        )
      )
    )
  )

/** Draws a chart into its figure, as wide as that is, with its legend and its numbers. Without numbers it stays hidden. */
export const install = (chart: Chart) => {
  const figure = find(`#${chart.id}`)
  const place = figure === undefined ? undefined : find(".plot", figure)
  if (figure === undefined || place === undefined || chart.rows.length === 0) return
  figure.hidden = false
  let drawn = 0
  const draw = () => {
    const width = Math.max(240, Math.floor(place.clientWidth))
    if (width === drawn) return
    drawn = width
    place.replaceChildren(asPicture(chart.draw(width), chart.label))
  }
  draw()
  new ResizeObserver(draw).observe(place)
  if (chart.legend !== undefined) {
    const key = element("ul", { class: "legend" })
    for (const word of chart.legend) key.append(element("li", {}, mark(word), word))
    place.before(key)
  }
  figure.append(numbersOf(chart))
}
