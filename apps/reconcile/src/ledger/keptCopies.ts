import { readdirSync } from "node:fs"
import { basename, dirname, join } from "node:path"

const mark = ".before-schema-"

/** Where a ledger is kept as it was before it is brought to a schema. */
export const keptCopyOf = (file: string, schema: number): string => `${file}${mark}${schema}`

/** The copies that earlier migrations left beside a ledger. */
export const keptCopies = (file: string): ReadonlyArray<string> =>
  file === ":memory:"
    ? []
    : readdirSync(dirname(file))
        .filter((name) => name.startsWith(`${basename(file)}${mark}`))
        .map((name) => join(dirname(file), name))
        .sort()
