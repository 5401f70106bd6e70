import * as Plot from "@observablehq/plot"
import type { Packed } from "../src/report/packed.js"
import { type Chart, frame, install, shortened, widthOf } from "./chart.js"
import { find, thousands, visible } from "./dom.js"

type Report = Packed["report"]

const outcomes = [
  "imported",
  "present",
  "rejected",
  "contradictory",
  "missing",
  "unaccounted",
  "pending"
] as const

/** A chart of upright bars. */
const columns = {
  ...frame,
  height: 240,
  marginLeft: 52,
  y: { grid: true, label: null, tickFormat: "~s", ticks: 5 }
} as const

const dayLength = 86_400_000

/** Wide enough for a readable number of bars. */
const intervalOf = (days: number) => (days <= 70 ? "day" : days <= 500 ? "week" : "month")

const overTime = ({ days }: Report): Chart => {
  const used = outcomes.filter((outcome) => days.some((day) => day[outcome] > 0))
  const bars = days.flatMap((day) =>
    used.map((outcome) => ({ date: new Date(`${day.day}T00:00:00Z`), outcome, contacts: day[outcome] }))
  )
  const [first, last] = [bars[0]?.date.getTime() ?? 0, bars.at(-1)?.date.getTime() ?? 0]
  const interval = intervalOf((last - first) / dayLength)
  const stacked = {
    x: "date",
    y: "contacts",
    fill: "outcome",
    interval,
    insetLeft: 0.5,
    insetRight: 0.5
  } as const
  return {
    id: "over-time",
    label: `Contacts sent in each ${interval}, by outcome`,
    head: ["Day", "Batches", "Sent", ...used],
    rows:
      days.length < 2
        ? []
        : days.map((day) => [day.day, day.batches, day.sent, ...used.map((word) => day[word])]),
    legend: used,
    draw: (width) =>
      Plot.plot({
        ...columns,
        width,
        x: { type: "utc", label: null },
        color: { domain: outcomes, range: outcomes.map((word) => `var(--${word})`) },
        marks: [
          Plot.rectY(
            bars,
            Plot.binX<Omit<Plot.RectYOptions, "interval" | "x">>(
              { y: "sum" },
              { ...stacked, order: [...outcomes] }
            )
          ),
          Plot.ruleY([0])
        ]
      })
  }
}

/** Short enough for nine of them below a narrow chart. */
const ticks: ReadonlyMap<string, string> = new Map([
  ["≤ 10 s", "10s"],
  ["≤ 30 s", "30s"],
  ["≤ 1 min", "1m"],
  ["≤ 5 min", "5m"],
  ["≤ 15 min", "15m"],
  ["≤ 1 h", "1h"],
  ["≤ 6 h", "6h"],
  ["≤ 1 day", "1d"],
  ["longer", ">1d"]
])

const settling = ({ settling: { bins, known } }: Report): Chart => ({
  id: "settling",
  label: `How long ${thousands(known)} ${known === 1 ? "batch" : "batches"} took to settle`,
  head: ["Within", "Batches"],
  rows: known === 0 ? [] : bins.map(({ batches, label }) => [label, batches]),
  draw: (width) =>
    Plot.plot({
      ...columns,
      width,
      x: {
        label: null,
        domain: bins.map(({ label }) => label),
        tickFormat: (label) => ticks.get(label) ?? "",
        tickSize: 0,
        padding: 0.15
      },
      marks: [
        Plot.barY(bins, { x: "label", y: "batches", fill: "var(--accent)", rx: 2 }),
        Plot.text(
          bins.filter(({ batches }) => batches > 0),
          {
            x: "label",
            y: "batches",
            text: ({ batches }) => thousands(batches),
            dy: -7,
            fill: "currentColor"
          }
        ),
        Plot.ruleY([0])
      ]
    })
})

interface Part {
  readonly name: string
  readonly contacts: number
}

const ranked = (id: string, what: string, parts: ReadonlyArray<Part>): Chart => ({
  id,
  label: `Rejected contacts by ${what}`,
  head: [what, "Contacts"],
  rows: parts.map(({ contacts, name }) => [name, contacts]),
  draw: (width) => {
    // Two long names may be the same once they are shortened, and still are two bars.
    const named = parts.map((part, at) => ({ ...part, at: String(at), full: visible(part.name) }))
    const widest = Math.max(...named.map(({ full }) => widthOf(full)))
    // Names that would leave no room for bars stand above them.
    const isAbove = widest > width * 0.42
    const names = new Map(named.map(({ at, full }) => [at, shortened(full, width - 4)]))
    const rowHeight = isAbove ? 44 : 26
    return Plot.plot({
      width,
      height: named.length * rowHeight + 12,
      ...frame,
      marginLeft: isAbove ? 1 : 14 + widest,
      marginRight: 52,
      marginTop: 4,
      marginBottom: 4,
      x: { axis: null },
      y: {
        axis: isAbove ? null : "left",
        label: null,
        domain: named.map(({ at }) => at),
        tickSize: 0,
        tickFormat: (at) => names.get(at) ?? "",
        padding: 0.25
      },
      marks: [
        Plot.barX(named, {
          x: "contacts",
          y: "at",
          fill: "var(--rejected)",
          rx: 2,
          insetTop: isAbove ? 15 : 0
        }),
        Plot.text(named, {
          x: "contacts",
          y: "at",
          text: ({ contacts }) => thousands(contacts),
          textAnchor: "start",
          dx: 5,
          dy: isAbove ? 7 : 0,
          fill: "currentColor"
        }),
        ...(isAbove
          ? [
              Plot.text(named, {
                x: 0,
                y: "at",
                text: ({ at }) => names.get(at) ?? "",
                textAnchor: "start",
                dy: -11,
                fill: "currentColor"
              })
            ]
          : [])
      ]
    })
  }
})

/** Without a picture, as for a file without batches, the section would only be a heading. */
const hideIfEmpty = () => {
  const section = find("#charts")
  const link = find("nav a[href='#charts']")
  if (section === undefined || section.querySelector("figure:not([hidden])") !== null) return
  section.hidden = true
  if (link !== undefined) link.hidden = true
}

export const charts = (report: Report) => {
  const { others, rows } = report.rejected_domains
  install(overTime(report))
  install(settling(report))
  install(
    ranked("domains", "domain", [
      ...rows.map(({ contacts, domain }) => ({ name: domain, contacts })),
      ...(others.domains === 0
        ? []
        : [{ name: `${thousands(others.domains)} others`, contacts: others.contacts }])
    ])
  )
  install(
    ranked(
      "reasons",
      "likely reason",
      report.rejected_reasons.map(({ contacts, reason }) => ({
        name: reason === "" ? "no guess" : reason.replace(/^likely: /, ""),
        contacts
      }))
    )
  )
  hideIfEmpty()
}
