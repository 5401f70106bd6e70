import { type Pass, spelt, type Times } from "./Pass.js"

const escaped = (text: string) => text.replaceAll("%", "%%")

/** A word of a command: systemd replaces `%x` and `$X` in it, and ends it at a space unless it is quoted. */
const word = (text: string) =>
  `"${escaped(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("$", "$$$$")}"`

const assignment = (name: string, value: string) =>
  `Environment="${name}=${escaped(value).replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`

const two = (number: number) => String(number).padStart(2, "0")

const calendar = ({ hours, minutes }: Times) =>
  `*-*-* ${hours === undefined ? "*" : hours.map(two).join(",")}:${minutes.map(two).join(",")}:00`

const service = ({ args, environment, folder, node, script }: Pass) =>
  `[Unit]
Description=Reconcile ActiveCampaign bulk imports

[Service]
Type=oneshot
WorkingDirectory=${escaped(folder)}
${environment.map(([name, value]) => `${assignment(name, value)}\n`).join("")}ExecStart=${[node, script, ...args].map(word).join(" ")}
# Ctrl-C's signal: the pass finishes its write and gives up the file.
KillSignal=SIGINT
TimeoutStopSec=30
UMask=0077
NoNewPrivileges=yes
Nice=5
`

const timer = ({ times }: Pass) =>
  `[Unit]
Description=Reconcile ActiveCampaign bulk imports ${spelt(times)}

[Timer]
OnCalendar=${calendar(times)}
RandomizedDelaySec=30
Persistent=true

[Install]
WantedBy=timers.target
`

const folder = "~/.config/systemd/user"

export interface Unit {
  readonly name: string
  readonly content: string
}

/** A service for one pass and a timer that starts it, for the user's own systemd. */
export const unitsOf = (pass: Pass): ReadonlyArray<Unit> => [
  { name: `${folder}/ac-reconcile.service`, content: service(pass) },
  { name: `${folder}/ac-reconcile.timer`, content: timer(pass) }
]

export const asSystemd = (pass: Pass): string =>
  [
    ...unitsOf(pass).map(({ content, name }) => `# ${name}\n${content}`),
    `# Write both files, and then:
#   systemd-analyze --user verify ${folder}/ac-reconcile.service ${folder}/ac-reconcile.timer
#   systemctl --user daemon-reload
#   systemctl --user enable --now ac-reconcile.timer
#   loginctl enable-linger        # it also runs while you are logged out
#   journalctl --user -u ac-reconcile`
  ].join("\n")
