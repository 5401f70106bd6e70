/** What can be set outside a call: as an option, a variable, or a field of a config file. */
export const settings = [
  "db",
  "requests_per_second",
  "account_limit",
  "max_calls",
  "deadline",
  "fail_on",
  "notify",
  "ping",
  "log_level",
  "log_format",
  "log_file"
] as const

export type Setting = (typeof settings)[number]

/** Whoever knows their values may use them, so they are never shown. */
export const secretSettings: ReadonlyArray<Setting> = ["notify", "ping"]

export const optionOf = (setting: Setting) => `--${setting.replaceAll("_", "-")}`

export const variableOf = (setting: Setting) => `AC_RECONCILE_${setting.toUpperCase()}`

/** Where a value was set, so that errors and `doctor` can name the place. */
export type Source =
  | { readonly _tag: "Option"; readonly option: string }
  | { readonly _tag: "Variable"; readonly variable: string }
  | { readonly _tag: "File"; readonly file: string; readonly field: string }
  | { readonly _tag: "StandardInput" }
  | { readonly _tag: "Default" }

export interface Sourced {
  readonly text: string
  readonly source: Source
}

/** As the subject of a sentence: `--db`, `AC_RECONCILE_DB`, `db in ac-reconcile.toml`. */
export const nameOfSource = (source: Source): string => {
  switch (source._tag) {
    case "Option":
      return source.option
    case "Variable":
      return source.variable
    case "File":
      return `${source.field} in ${source.file}`
    case "StandardInput":
      return "standard input"
    case "Default":
      return "the default"
  }
}
