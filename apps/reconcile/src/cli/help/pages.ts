/** What the help of a command has besides its options: examples, and where in docs/cli.md there is more. */
export interface Page {
  readonly examples: ReadonlyArray<readonly [what: string, call: string]>
  readonly more?: string
}

const id = "5b1f2c9e-8d34-4a67-9c02-1e7a40d6b3a1"

const exportPage = (what: string, call: string): Page => ({
  examples: [[what, `ac-reconcile export ${call}`]],
  more: "exports.md"
})

export const pages: Readonly<Record<string, Page>> = {
  "": {
    examples: [
      ["See it work, without an account", "ac-reconcile demo"],
      ["Say what was sent", "ac-reconcile contacts load contacts.csv --batch-column batch_id"],
      ["Find out what became of it", "ac-reconcile run"],
      ["Export what may be sent again", "ac-reconcile export retry --output retry.csv"]
    ],
    more: "cli.md"
  },
  init: {
    examples: [
      ["The account that you use most", "ac-reconcile init"],
      ["Another one, for --profile client", "ac-reconcile init --profile client"],
      [
        "Without questions",
        "pass show ac | ac-reconcile init --url https://ACCOUNT.api-us1.com --api-key-stdin"
      ]
    ],
    more: "cli.md#config-files"
  },
  doctor: {
    examples: [
      ["Check everything", "ac-reconcile doctor"],
      ["Check another account, for a program", "ac-reconcile doctor --profile client --json"]
    ],
    more: "cli.md#doctor"
  },
  completions: {
    examples: [
      ["In ~/.bashrc", "source <(ac-reconcile completions bash)"],
      ["In ~/.zshrc, after compinit", "source <(ac-reconcile completions zsh)"],
      ["Or once, into a folder of your fpath", "ac-reconcile completions zsh > ~/.zfunc/_ac-reconcile"],
      ["Once, for fish", "ac-reconcile completions fish > ~/.config/fish/completions/ac-reconcile.fish"]
    ],
    more: "cli.md#completions"
  },
  demo: { examples: [["In the folder ac-reconcile-demo", "ac-reconcile demo"]] },
  contacts: {
    examples: [["", "ac-reconcile contacts load contacts.csv --batch-column batch_id"]],
    more: "cli.md#loading-contacts"
  },
  "contacts load": {
    examples: [
      [
        "With a column that names each contact's batch",
        "ac-reconcile contacts load sent.csv --batch-column batch_id"
      ],
      ["Columns of other names", 'ac-reconcile contacts load crm.csv --map "email=Mail,contact_id=AC ID"'],
      ["From another SQLite file", "ac-reconcile contacts load --from crm.sqlite --table contacts --key id"],
      ["From a pipe", "zcat crm.csv.gz | ac-reconcile contacts load - --source crm"]
    ],
    more: "cli.md#loading-contacts"
  },
  "contacts remove": {
    examples: [
      ["Show what it would change", "ac-reconcile contacts remove --source wrong.csv"],
      ["Do it", "ac-reconcile contacts remove --source wrong.csv --yes"]
    ],
    more: "cli.md#undoing-a-mistake"
  },
  batches: {
    examples: [["", `ac-reconcile batches add --id ${id} --sent sent.csv`]],
    more: "cli.md#loading-contacts"
  },
  "batches add": {
    examples: [
      ["With the file that was sent in it", `ac-reconcile batches add --id ${id} --sent sent.csv`],
      ["Many, one ID a line", "ac-reconcile batches add --file ids.txt"],
      ["With an answer that you have already", `ac-reconcile batches add --id ${id} --answer answer.json`]
    ],
    more: "cli.md#batches-without-contacts-contacts-without-batches"
  },
  "batches list": { examples: [["", "ac-reconcile batches list"]] },
  "batches show": { examples: [["The beginning of an ID is enough", "ac-reconcile batches show 5b1f2c"]] },
  "batches remove": {
    examples: [
      ["Show what it would change", "ac-reconcile batches remove 5b1f2c"],
      ["Do it", `ac-reconcile batches remove ${id} --yes`]
    ],
    more: "cli.md#undoing-a-mistake"
  },
  run: {
    examples: [
      ["Until every batch has settled", "ac-reconcile run"],
      ["One pass, as from cron", "ac-reconcile run --once --max-calls 500"],
      ["As batches are added, until Ctrl-C", "ac-reconcile run --watch"],
      ["Fail if many were rejected, or one is missing", "ac-reconcile run --fail-on 'rejected>2%,missing'"]
    ],
    more: "cli.md#running"
  },
  resolve: {
    examples: [["At most 50 calls", "ac-reconcile resolve --max-calls 50"]],
    more: "cli.md#running"
  },
  lookup: {
    examples: [
      ["Only say what it costs", "ac-reconcile lookup --dry-run"],
      ["Do it", "ac-reconcile lookup"]
    ],
    more: "cli.md#looking-up"
  },
  check: {
    examples: [
      ["Only say what it costs", "ac-reconcile check --dry-run"],
      ["Fail if a value did not arrive", "ac-reconcile check --fail-on dropped"]
    ],
    more: "as-sent.md"
  },
  reconcile: {
    examples: [["From the facts alone, all of it", "ac-reconcile reconcile --rebuild"]],
    more: "cli.md#recomputing-outcomes"
  },
  report: {
    examples: [
      ["In the terminal", "ac-reconcile report"],
      ["As one page, to open in a browser", "ac-reconcile report --html report.html"],
      ["To give away, without personal data", "ac-reconcile report --html report.html --mask"],
      ["For the summary of a CI job", 'ac-reconcile report --markdown >> "$GITHUB_STEP_SUMMARY"']
    ],
    more: "report.md"
  },
  explain: {
    examples: [
      ["An address, in any spelling", "ac-reconcile explain ada@example.com"],
      ["A contact ID", "ac-reconcile explain 1822"]
    ],
    more: "cli.md#one-contacts-story"
  },
  status: {
    examples: [
      ["Ask once", `ac-reconcile status ${id}`],
      ["For a program", `ac-reconcile status ${id} --json`]
    ]
  },
  wait: { examples: [["At most ten minutes", `ac-reconcile wait ${id} --timeout 10m`]] },
  export: exportPage("All outcomes, for a spreadsheet", "outcomes --output outcomes.csv"),
  "export outcomes": exportPage("For a spreadsheet", "outcomes --output outcomes.csv"),
  "export rejected": exportPage("As Markdown", "rejected --format markdown"),
  "export dropped": exportPage("Of one batch", "dropped --batch 5b1f2c"),
  "export missing": exportPage("Of one batch", "missing --batch 5b1f2c"),
  "export unaccounted": exportPage("As JSON", "unaccounted --format json"),
  "export retry": exportPage("To send again", "retry --output retry.csv"),
  "export contact-ids": exportPage("For your CRM", "contact-ids --output ids.csv"),
  "export findings": exportPage("As one JSON object a line", "findings --format ndjson"),
  query: {
    examples: [
      ["A saved question", "ac-reconcile query --list"],
      ["SQL", 'ac-reconcile query "select email, reason from retry_candidates"'],
      [
        "With a parameter, as CSV",
        'ac-reconcile query --param b=b-1 --format csv "select * from batches where batch_id = :b"'
      ],
      ["From a file", "ac-reconcile query - < question.sql"]
    ],
    more: "cli.md#queries"
  },
  schema: {
    examples: [
      ["One view", "ac-reconcile schema contact_status"],
      ["For Datasette", "ac-reconcile schema --datasette config > datasette.json"]
    ],
    more: "database.md"
  },
  schedule: {
    examples: [
      ["A crontab line", "ac-reconcile schedule --cron"],
      ["A systemd timer, every 15 minutes", "ac-reconcile schedule --systemd --every 15m"]
    ],
    more: "recipes/schedule.md"
  },
  snapshot: { examples: [["Even while a run writes", "ac-reconcile snapshot backup.db"]] },
  "support-bundle": {
    examples: [
      ["Show it", "ac-reconcile support-bundle bundle.md"],
      ["Write it", "ac-reconcile support-bundle bundle.md --yes"]
    ],
    more: "cli.md#asking-for-help"
  },
  purge: {
    examples: [
      ["Show what it would remove", "ac-reconcile purge --older-than 90d"],
      ["Do it, after a copy of the file", "ac-reconcile purge --older-than 90d --yes"]
    ],
    more: "cli.md#purging"
  },
  erase: {
    examples: [
      ["Show what the file has", "ac-reconcile erase ada@example.com"],
      ["Erase it, and verify", "ac-reconcile erase ada@example.com --yes"]
    ],
    more: "cli.md#erasing-a-person"
  }
}

/** The commands in the order in which somebody new needs them. */
export const groups: ReadonlyArray<readonly [title: string, commands: ReadonlyArray<string>]> = [
  ["Set up", ["init", "doctor", "demo", "completions", "support-bundle"]],
  ["Say what was sent", ["contacts load", "batches add"]],
  ["Find out what became of it", ["run", "resolve", "lookup", "check", "reconcile", "status", "wait"]],
  ["See it", ["report", "batches list", "batches show", "explain", "query", "schema", "export"]],
  ["Leave it alone", ["schedule"]],
  ["Look after the file", ["snapshot", "contacts remove", "batches remove", "purge", "erase"]]
]
