import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from "@tanstack/virtual-core"
import { element, thousands, visible } from "./dom.js"

export interface Column<Row> {
  readonly name: string
  /** Its part of the table's width, in any unit. */
  readonly width: number
  /** What the column is sorted by, and shown as unless there is a `cell`. */
  readonly value: (row: Row) => string | number
  readonly cell?: (row: Row) => Node
  readonly isNumber?: boolean
}

export interface Table<Row> {
  readonly element: HTMLElement
  /** Shows other rows, in the order chosen by the reader. */
  readonly show: (rows: ReadonlyArray<Row>) => void
  /** The rows as they are shown now. */
  readonly shown: () => ReadonlyArray<Row>
}

interface Order {
  readonly column: number
  readonly direction: 1 | -1
}

const rowHeight = 40

const sorted = <Row>(rows: ReadonlyArray<Row>, { value }: Column<Row>, direction: 1 | -1) => {
  const keyed = rows.map((row) => {
    const key = value(row)
    return { row, key: typeof key === "string" ? key.toLowerCase() : key }
  })
  keyed.sort((one, other) => (one.key < other.key ? -direction : one.key > other.key ? direction : 0))
  return keyed.map(({ row }) => row)
}

const textOf = (value: string | number) => (typeof value === "number" ? thousands(value) : visible(value))

const cellOf = <Row>({ cell, isNumber, value }: Column<Row>, row: Row) => {
  const text = textOf(value(row))
  const content = cell === undefined ? text : cell(row)
  const made = element("td", { ...(isNumber === true ? { class: "number" } : {}) }, content)
  if (cell === undefined && text.length > 24) made.title = text
  return made
}

/** A table of any number of rows. Only those in sight are in the page. Each column can be sorted. */
export const liveTable = <Row>(label: string, columns: ReadonlyArray<Column<Row>>): Table<Row> => {
  let given: ReadonlyArray<Row> = []
  let rows: ReadonlyArray<Row> = []
  let order: Order | undefined
  const there = new Map<number, HTMLTableRowElement>()

  const total = columns.reduce((sum, { width }) => sum + width, 0)
  const group = element(
    "colgroup",
    {},
    ...columns.map(({ width }) => element("col", { width: `${(width / total) * 100}%` }))
  )
  const heads = columns.map(({ isNumber, name }, column) => {
    const button = element("button", { type: "button" }, name)
    button.addEventListener("click", () => {
      const again = order?.column === column
      order =
        again && order?.direction === -1
          ? undefined
          : { column, direction: again || (isNumber === true && order?.column !== column) ? -1 : 1 }
      if (again && isNumber === true) order = order?.direction === -1 ? { column, direction: 1 } : undefined
      sort()
    })
    return element("th", { scope: "col", ...(isNumber === true ? { class: "number" } : {}) }, button)
  })
  const spacer = () => {
    const cell = element("td", { colspan: String(columns.length) })
    return {
      cell,
      body: element("tbody", { class: "spacer", "aria-hidden": "true" }, element("tr", {}, cell))
    }
  }
  const above = spacer()
  const below = spacer()
  const body = element("tbody")
  const table = element(
    "table",
    { "aria-label": label },
    group,
    element("thead", {}, element("tr", { "aria-rowindex": "1" }, ...heads)),
    above.body,
    body,
    below.body
  )
  const nothing = element("p", { class: "nothing", hidden: "" }, "Nothing matches.")
  const scroll = element(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
    table,
    nothing
  )

  const virtualizer = new Virtualizer<HTMLDivElement, HTMLTableRowElement>({
    count: 0,
    getScrollElement: () => scroll,
    estimateSize: () => rowHeight,
    overscan: 12,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => draw()
  })

  const draw = () => {
    const items = virtualizer.getVirtualItems()
    const first = items[0]
    const last = items.at(-1)
    above.cell.style.height = `${first?.start ?? 0}px`
    below.cell.style.height = `${last === undefined ? 0 : virtualizer.getTotalSize() - last.end}px`
    const wanted = new Set(items.map(({ index }) => index))
    for (const [index, row] of there) {
      if (wanted.has(index)) continue
      if (row.contains(document.activeElement)) scroll.focus({ preventScroll: true })
      row.remove()
      there.delete(index)
    }
    let before: ChildNode | null = body.firstChild
    for (const { index } of items) {
      const known = there.get(index)
      if (known !== undefined) {
        before = known.nextSibling
        continue
      }
      const row = rows[index]
      if (row === undefined) continue
      const made = element(
        "tr",
        { "aria-rowindex": String(index + 2), ...(index % 2 === 1 ? { class: "odd" } : {}) },
        ...columns.map((column) => cellOf(column, row))
      )
      body.insertBefore(made, before)
      there.set(index, made)
    }
  }

  const sort = () => {
    const column = order === undefined ? undefined : columns[order.column]
    rows = order === undefined || column === undefined ? given : sorted(given, column, order.direction)
    for (const [at, head] of heads.entries()) {
      if (order?.column === at)
        head.setAttribute("aria-sort", order.direction === 1 ? "ascending" : "descending")
      else head.removeAttribute("aria-sort")
    }
    for (const row of there.values()) row.remove()
    there.clear()
    table.setAttribute("aria-rowcount", String(rows.length + 1))
    nothing.hidden = rows.length > 0
    virtualizer.setOptions({ ...virtualizer.options, count: rows.length })
    virtualizer._willUpdate()
    scroll.scrollTop = 0
    virtualizer.measure()
    draw()
  }

  virtualizer._didMount()
  return {
    element: scroll,
    show: (next) => {
      given = next
      sort()
    },
    shown: () => rows
  }
}
