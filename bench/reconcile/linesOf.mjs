import { createReadStream, readFileSync } from "node:fs"

/** The lines of the workload's CSV without its header, a chunk of the file at a time. */
export const linesOf = async function* (file) {
  let rest = ""
  let isHeader = true
  for await (const chunk of createReadStream(file, { encoding: "utf8" })) {
    const lines = (rest + chunk).split("\n")
    rest = lines.pop()
    if (isHeader) lines.shift()
    isHeader = false
    yield lines
  }
}

/** The answers of the workload, each a line of JSON, as if they had just arrived. */
export const answersOf = (file) => readFileSync(file, "utf8").trimEnd().split("\n")
