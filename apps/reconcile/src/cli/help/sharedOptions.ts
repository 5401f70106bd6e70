import type { Entry } from "./described.js"

const option = (names: string, description: string, takes?: string): Entry => ({
  names: names.split(", "),
  takes,
  description,
  isOptional: true,
  isRepeated: false
})

/** Options of every command. */
export const everywhere: ReadonlyArray<Entry> = [
  option("--profile", "The account of your config file to use (or set ACTIVECAMPAIGN_PROFILE)", "text"),
  option("--api-key-stdin", "Read the API key from standard input"),
  option("--quiet", "Write nothing while it works: only the result and errors"),
  option("--no-color", "Use no colour (or set NO_COLOR)"),
  option("--no-pager", "Print long output on a terminal without a pager (or set AC_RECONCILE_PAGER=cat)"),
  option(
    "--log-level",
    "Log what happens, from this level on; info, if only another option of the log is given",
    "all | trace | debug | info | warning | error | fatal | none"
  ),
  option("--log-format", "How a line of the log is written; default text", "text | logfmt | json"),
  option("--log-file", "Append the log to this file instead of writing it to standard error", "text"),
  option("--log-addresses", "Write email addresses into the log as they are, instead of ***@example.com"),
  option("-h, --help", "Show this help, as 'ac-reconcile help COMMAND' does")
]

export const atTheTop: ReadonlyArray<Entry> = [
  option("--wizard", "Ask for the options of a command one by one"),
  option("--version", "Show the version")
]
