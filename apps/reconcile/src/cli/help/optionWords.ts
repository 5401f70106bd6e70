import type { Entry } from "./described.js"

/** What the value of an option is, in one word. */
const values: Readonly<Record<string, string>> = {
  "--account-limit": "NUMBER",
  "--answer": "FILE",
  "--api-key-file": "FILE",
  "--batch": "ID",
  "--batch-column": "COLUMN",
  "--db": "FILE",
  "--deadline": "TIME",
  "--delimiter": "SIGN",
  "--directory": "FOLDER",
  "--every": "TIME",
  "--fail-on": "CONDITIONS",
  "--events": "FILE",
  "--file": "FILE",
  "--format": "FORMAT",
  "--from": "FILE",
  "--html": "FILE",
  "--id": "ID",
  "--input-format": "FORMAT",
  "--key": "COLUMN",
  "--log-file": "FILE",
  "--log-format": "FORMAT",
  "--log-level": "LEVEL",
  "--map": "COLUMNS",
  "--max-calls": "NUMBER",
  "--notify": "URL",
  "--older-than": "TIME",
  "--outcome": "OUTCOME",
  "--output": "FILE",
  "--param": "NAME=VALUE",
  "--ping": "URL",
  "--profile": "NAME",
  "--query": "SQL",
  "--rejects": "FILE",
  "--requests-per-second": "NUMBER",
  "--rows": "NUMBER",
  "--sends": "FILE",
  "--sent": "FILE",
  "--snapshot": "FILE",
  "--source": "NAME",
  "--submitted-at": "TIME",
  "--table": "NAME",
  "--timeout": "TIME",
  "--url": "URL"
}

/** Whether one of several words is to be chosen. */
export const isChoice = (takes: string | undefined) => takes?.includes(" | ") === true

/** What an argument or the value of an option is, in one word; empty for a flag. */
export const wordFor = ({ names, takes }: Entry): string => {
  const [name = ""] = names
  const argument = /^<(.*)>$/.exec(name)?.[1]
  if (argument !== undefined) return argument.replaceAll("-", "_").toUpperCase()
  if (takes === undefined) return ""
  const long = names.find((one) => one.startsWith("--")) ?? ""
  return values[long] ?? (isChoice(takes) ? "WORD" : takes.toUpperCase())
}
