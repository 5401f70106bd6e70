import type { Described } from "../../../ledger/reports/describeSchema.js"
import { blocks, columns } from "../text.js"
import { bySection } from "./layers.js"

/** For a terminal. */
export const asText = (schema: ReadonlyArray<Described>): string =>
  blocks(
    ...bySection(schema).flatMap(({ about, objects, title }) => [
      `${title.toUpperCase()}. ${about}`,
      ...objects.map(({ columns: all, name, note }) =>
        [
          name,
          `  ${note}`,
          columns(all.map((column) => [`  ${column.name}`, column.type.toLowerCase(), column.note]))
        ].join("\n")
      )
    ])
  )
