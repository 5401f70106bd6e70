import { resolve } from "node:path"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { version } from "../../version.js"
import * as Account from "../config/Account.js"
import { optionOf, secretSettings, settings, variableOf } from "../config/Setting.js"
import * as Settings from "../config/Settings.js"
import { asCron } from "../schedule/asCron.js"
import { asGithub } from "../schedule/asGithub.js"
import { asSystemd, unitsOf } from "../schedule/asSystemd.js"
import { checked, type NotWritable, type Pass, timesOf } from "../schedule/Pass.js"
import { printable } from "../../text/printable.js"
import { ConfigurationError } from "../shell/ConfigurationError.js"
import { parseDuration } from "../shell/duration.js"
import { db, invalid, json } from "../shell/options.js"
import { respond } from "../shell/respond.js"

const kinds = ["cron", "systemd", "github"] as const

const every = Options.text("every").pipe(
  Options.withDefault("1h"),
  Options.mapEffect((text) =>
    Either.mapBoth(parseDuration(text), {
      onLeft: (reason) => invalid(`--every: ${reason}`),
      onRight: (time) => Duration.toMinutes(time)
    })
  ),
  Options.withDescription("How often: 5m to 30m, 1h to 12h, or 1d (default 1h)")
)

/** What a shell has and a scheduler does not. The API key is never among them. */
const carried = [
  "XDG_CONFIG_HOME",
  "XDG_STATE_HOME",
  "HTTPS_PROXY",
  "https_proxy",
  "HTTP_PROXY",
  "http_proxy",
  "NO_PROXY",
  "no_proxy",
  "NODE_EXTRA_CA_CERTS"
]

const environment = Effect.map(
  Effect.forEach(carried, (name) =>
    Effect.map(Settings.variable(name), (value) => Option.map(value, (text) => [name, text] as const))
  ),
  (all) => all.flatMap(Option.toArray)
)

const hasCredentials = ([, value]: readonly [string, string]) => value.includes("@")

/** Settings of this shell's environment, as options of the pass. */
const ofEnvironment = Effect.map(
  Effect.forEach(
    settings.filter(
      (setting) => setting !== "db" && setting !== "deadline" && !secretSettings.includes(setting)
    ),
    (setting) =>
      Effect.map(Settings.variable(variableOf(setting)), (value) =>
        Option.match(value, { onNone: () => [], onSome: (text) => [optionOf(setting), text] })
      )
  ),
  (all) => all.flat()
)

/** They would stand in a crontab or unit that others may read, and in the list of processes. */
const secretsSet = Effect.map(
  Effect.forEach(secretSettings, (setting) =>
    Effect.map(Settings.variable(variableOf(setting)), (value) =>
      Option.isSome(value)
        ? [`${variableOf(setting)} is a secret and is not written here: set ${setting} in your config file.`]
        : []
    )
  ),
  (all) => all.flat()
)

const ofProfile = Effect.map(Settings.Settings, ({ profile }) =>
  Option.match(profile, {
    onNone: () => [],
    onSome: ({ source, text }) => (source._tag === "File" ? [] : ["--profile", text])
  })
)

const init = "run 'ac-reconcile init', which writes a config file that the schedule reads"

/** Where the account is found decides whether a scheduler finds it, too. */
const accountWarnings = Effect.map(Effect.either(Account.account), (found): ReadonlyArray<string> => {
  if (Either.isLeft(found)) return [`The account is not set up: ${found.left.problem} To set it up, ${init}.`]
  const { key, url } = found.right
  return [url.source, key.source].every(({ _tag }) => _tag === "File")
    ? []
    : [`The account is known only to this shell, not to the scheduler: ${init}.`]
})

const nodeWarnings = (node: string, script: string): ReadonlyArray<string> => [
  ...(/[/\\](_npx|\.npm-cache)[/\\]/.test(script)
    ? ["npx may delete this copy: install it with 'npm install --global ac-reconcile', and schedule that."]
    : []),
  ...(/[/\\](\.nvm|\.fnm|fnm_multishells|\.volta|\.asdf|mise|Cellar)[/\\]/.test(node)
    ? ["This Node is one version of many: after an update, run 'ac-reconcile schedule' again."]
    : [])
]

const unwritable = ({ text }: NotWritable) =>
  new ConfigurationError({
    problem: `A schedule cannot hold '${printable(text)}': it has a control character.`,
    hint: "Move the file to a folder without one."
  })

/** A pass must end before the next begins: resolving and looking up may take half of the interval, at 4 calls a second. */
const mostCalls = (everyMinutes: number, args: ReadonlyArray<string>) =>
  everyMinutes >= 15 || args.includes("--max-calls") ? [] : ["--max-calls", String(everyMinutes * 120)]

const flag = (name: (typeof kinds)[number], description: string) =>
  Options.boolean(name).pipe(Options.withDescription(description))

export const schedule = Command.make(
  "schedule",
  {
    cron: flag("cron", "A line for your crontab"),
    systemd: flag("systemd", "A service and a timer for your own systemd"),
    github: flag("github", "A workflow for GitHub Actions"),
    every,
    db,
    json
  },
  (options) =>
    respond(
      "schedule",
      options.json,
      Effect.gen(function* () {
        const chosen = kinds.filter((kind) => options[kind])
        const [kind] = chosen
        if (kind === undefined || chosen.length > 1) {
          return yield* new ConfigurationError({
            problem:
              kind === undefined ? "No scheduler was named." : `--${chosen.join(" and --")} were both given.`,
            hint: "Choose one of --cron, --systemd and --github."
          })
        }
        const ledger = resolve(options.db)
        const times = yield* Either.mapLeft(
          timesOf(options.every, ledger),
          (hint) => new ConfigurationError({ problem: "--every must divide an hour or a day evenly.", hint })
        )
        const held = yield* environment
        const [secret, plain] = [held.filter(hasCredentials), held.filter((one) => !hasCredentials(one))]
        const own = [...(yield* ofProfile), ...(yield* ofEnvironment)]
        const pass: Pass = yield* Either.mapLeft(
          checked({
            folder: process.cwd(),
            node: process.execPath,
            script: resolve(process.argv[1] ?? "ac-reconcile"),
            args: [
              ...["run", "--once", "--quiet"],
              ...(kind === "github" ? [] : [...own, "--db", ledger]),
              ...mostCalls(options.every, own)
            ],
            environment: kind === "github" ? [] : plain,
            times
          }),
          unwritable
        )
        const warnings =
          kind === "github"
            ? own.includes("--profile")
              ? ["The profile is not used: the account of the workflow is in the repository's secrets."]
              : []
            : [
                ...(yield* accountWarnings),
                ...(yield* secretsSet),
                ...nodeWarnings(pass.node, pass.script),
                ...secret.map(
                  ([name]) => `${name} has credentials and is not written here: set it for the scheduler.`
                )
              ]
        const content =
          kind === "cron" ? asCron(pass) : kind === "systemd" ? asSystemd(pass) : asGithub(pass, version)
        const files =
          kind === "systemd"
            ? unitsOf(pass)
            : [{ name: kind === "cron" ? "crontab" : ".github/workflows/ac-reconcile.yml", content }]
        return {
          text: [...warnings.map((warning) => `# Warning: ${warning}`), content].join("\n"),
          result: { kind, everyMinutes: times.everyMinutes, files },
          warnings,
          exact: true
        }
      })
    )
).pipe(Command.withDescription("Print what to install so that a scheduler runs the job, with real paths"))
