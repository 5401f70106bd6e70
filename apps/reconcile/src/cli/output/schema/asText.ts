import type { Described } from "../../../ledger/reports/describeSchema.js"
import { blocks, columns } from "../text.js"
import { bySection } from "./layers.js"

const described = ({ columns: all, name, note }: Described) =>
  [
    name,
    `  ${note}`,
    columns(all.map((column) => [`  ${column.name}`, column.type.toLowerCase(), column.note]))
  ].join("\n")

/** For a terminal. */
export const asText = (schema: ReadonlyArray<Described>): string =>
  blocks(
    ...bySection(schema).flatMap(({ about, objects, title }) => [
      `${title.toUpperCase()}. ${about}`,
      ...objects.map(described)
    ])
  )

/** One of them, and how to ask it. */
export const asTextOfOne = (objects: ReadonlyArray<Described>): string =>
  blocks(
    ...objects.flatMap((one) => [
      described(one),
      `Query it with: ac-reconcile query "select * from ${one.name}"`
    ])
  )
