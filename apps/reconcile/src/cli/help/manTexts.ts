import { keyVariable, urlVariable } from "../config/Account.js"
import { type Setting, settings, variableOf } from "../config/Setting.js"
import { profileVariable } from "../config/Settings.js"
import { ExitCode } from "../shell/ExitCode.js"

// What the man page says besides the commands and their options.

type Item = readonly [label: string, meaning: string]

export const about: ReadonlyArray<string> = [
  "You send contacts to ActiveCampaign in bulk; it answers each import with a batch ID, and later with two lists that name some of the contacts. ac-reconcile follows the batches until they have settled, compares the lists with what you sent, looks up what they leave open, and says of every contact what became of it, and how that is known.",
  "Everything is kept in one SQLite file, which you can query. Results go to standard output; progress, warnings and errors go to standard error."
]

const meanings: Readonly<Record<keyof typeof ExitCode, string>> = {
  done: "Done.",
  unexpected:
    "A batch, or a call about contacts, gave no usable answer by the end; the account, or the proxy to it, cannot be reached; an output cannot be written; or something unexpected happened.",
  usage:
    "Usage or configuration: the call, the settings, an input file, or an output that would destroy something.",
  failOn: "A condition of --fail-on applies.",
  authentication: "ActiveCampaign refused the API key.",
  batchEnded: "A batch that was waited for ended failed or interrupted.",
  contractBroken: "ActiveCampaign broke its contract: an answer was not its documented JSON.",
  database:
    "The SQLite file is in use by another run, locked, foreign, damaged, newer, or cannot be written.",
  stillPending: "A batch had not settled at the deadline.",
  interrupted: "Stopped by SIGINT. Nothing recorded is lost.",
  terminated: "Stopped by SIGTERM, or by the --timeout of a query. Nothing recorded is lost."
}

const named = (name: string): name is keyof typeof ExitCode => Object.hasOwn(ExitCode, name)

export const exitCodes: ReadonlyArray<Item> = Object.keys(ExitCode)
  .filter(named)
  .map((name) => [String(ExitCode[name]), meanings[name]])

const ofSettings: Readonly<Record<Setting, string>> = {
  db: "The SQLite file, as --db.",
  requests_per_second: "As --requests-per-second.",
  account_limit: "As --account-limit.",
  max_calls: "As --max-calls.",
  deadline: "As --deadline.",
  fail_on: "As --fail-on.",
  notify: "As --notify.",
  ping: "As --ping.",
  log_level: "As --log-level.",
  log_format: "As --log-format.",
  log_file: "As --log-file."
}

export const environment: ReadonlyArray<Item> = [
  [urlVariable, "The URL of the account."],
  [keyVariable, "The API key of the account."],
  [profileVariable, "The profile of your config file to use, as --profile."],
  ...settings.map((setting): Item => [variableOf(setting), ofSettings[setting]]),
  ["HTTPS_PROXY, HTTP_PROXY, NO_PROXY", "The proxy to the account, and the hosts to reach without it."],
  [
    "OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME",
    "A collector of OpenTelemetry that gets traces and metrics, and what it is sent besides. Without the first, nothing is sent."
  ],
  ["NODE_EXTRA_CA_CERTS", "A PEM file of certificate authorities to trust besides those that Node knows."],
  ["NO_COLOR", "If it is not empty, no colour is used."],
  ["XDG_CONFIG_HOME, XDG_STATE_HOME", "In place of ~/.config and ~/.local/state, for the files below."],
  ["TMPDIR", "Where a file that cannot be read in its place is copied to, while a command reads it."]
]

export const files: ReadonlyArray<Item> = [
  ["./reconcile.db", "The SQLite file, unless another one is named."],
  [
    "~/.config/ac-reconcile/config.toml",
    "Your config file: accounts and settings. 'ac-reconcile init' writes it."
  ],
  ["./ac-reconcile.toml", "The settings of a project. It names no account."],
  [
    "~/.local/state/ac-reconcile",
    "What the commands of one account share about its rate limit. You may delete it at any time."
  ]
]

export const seeAlso: ReadonlyArray<string> = [
  "'ac-reconcile help COMMAND' shows the options and examples of one command.",
  "The documents are in the folder docs of the source, from docs/cli.md on."
]
