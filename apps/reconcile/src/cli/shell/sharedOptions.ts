interface SharedOption {
  readonly names: ReadonlyArray<string>
  /** Undefined for a flag. */
  readonly takes: string | undefined
  readonly description: string
  readonly isOptional: true
  readonly isRepeated: false
}

const option = (names: string, description: string, takes?: string): SharedOption => ({
  names: names.split(", "),
  takes,
  description,
  isOptional: true,
  isRepeated: false
})

/** Options of every command. They are removed from a call before it is parsed. */
export const ofEveryCommand: ReadonlyArray<SharedOption> = [
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
  option("--log-addresses", "Write email addresses into the log as they are, instead of ***@example.com")
]

export const help = option("-h, --help", "Show this help, as 'ac-reconcile help COMMAND' does")

export const everywhere: ReadonlyArray<SharedOption> = [...ofEveryCommand, help]

export const atTheTop: ReadonlyArray<SharedOption> = [
  option("--wizard", "Ask for the options of a command one by one"),
  option("--version", "Show the version")
]
