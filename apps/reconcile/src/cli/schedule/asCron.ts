import { type Pass, spelt, type Times } from "./Pass.js"

/** A word for `sh`, unchanged where nothing in it is special. */
const quoted = (text: string) => (/^[\w@+:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)

export const cronTimes = ({ hours, minutes }: Times) =>
  `${minutes.join(",")} ${hours === undefined ? "*" : hours.join(",")} * * *`

const command = ({ args, environment, folder, node, script }: Pass) => {
  const variables = environment.map(([name, value]) => `${name}=${quoted(value)}`)
  const call = [...variables, ...[node, script, ...args].map(quoted)].join(" ")
  return `cd ${quoted(folder)} && out=$(${call} 2>&1) || echo "$out"`
}

/** One line for a crontab. */
export const asCron = (pass: Pass): string =>
  [
    `# One pass ${spelt(pass.times)}. Add this line with 'crontab -e'.`,
    "# A pass that ends badly prints its report, which cron mails to MAILTO; a good one prints nothing.",
    // In a crontab, `%` is a line break unless it is escaped.
    `${cronTimes(pass.times)} ${command(pass).replaceAll("%", "\\%")}`
  ].join("\n")
