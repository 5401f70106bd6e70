import { wrapped } from "../../text/wrapped.js"
import { version } from "../../version.js"
import { all } from "../allCommands.js"
import type { Syntax } from "../shell/syntax.js"
import { docOf, type Entry } from "./described.js"
import { labelOf, meaningOf, sentence, usageOf } from "./helpPage.js"
import { about, environment, exitCodes, files, seeAlso } from "./manTexts.js"
import { wordFor } from "./optionWords.js"
import { groups, pages } from "./pages.js"
import { atTheTop, everywhere } from "../shell/sharedOptions.js"

const signs: Readonly<Record<string, string>> = {
  "\\": "\\(rs",
  "-": "\\-",
  "'": "\\(aq",
  '"': "\\(dq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti"
}

/** A text that roff shows as it is: every sign in it means itself, and no line of it is a request. */
export const escaped = (text: string): string =>
  text
    .replace(/[-\\'"`^~]/g, (sign) => signs[sign] ?? sign)
    .replace(
      /[^\n -~]/gu,
      (sign) => `\\[u${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`
    )
    .replace(/^(?=[.\s])/gm, "\\&")

const prose = (text: string) => wrapped(text, 70).map(escaped)

const bold = (text: string) => `\\fB${escaped(text)}\\fR`

const section = (title: string, lines: ReadonlyArray<string>) => [`.SH ${title}`, ...lines]

const item = (label: string, meaning: string) => [".TP", label, ...prose(sentence(meaning))]

/** Names in bold; what is to be put in their place, as in FILE, in italics. */
const optionItem = (option: Entry) => {
  const word = wordFor(option)
  const names = labelOf({ ...option, takes: undefined }).trim()
  return item(
    `${names.split(", ").map(bold).join(", ")}${word === "" ? "" : ` \\fI${escaped(word)}\\fR`}`,
    meaningOf(option)
  )
}

const examplesOf = (name: string) =>
  (pages[name]?.examples ?? []).flatMap(([what, call]) => [
    ".PP",
    ...prose(`${what === "" ? "Example" : what}:`),
    ".PP",
    ".RS 4",
    ".nf",
    escaped(call),
    ".fi",
    ".RE"
  ])

const commandLines = (words: ReadonlyArray<string>, syntax: Syntax): ReadonlyArray<string> => {
  if (syntax.descriptor === undefined) {
    return [...syntax.subcommands].flatMap(([word, child]) => commandLines([...words, word], child))
  }
  const name = words.join(" ")
  const { args, description, options } = docOf(syntax.descriptor)
  const usage = usageOf(args, options).slice(0, -1).join(" ")
  return [
    ...item(`${bold(name)}${usage === "" ? "" : ` ${escaped(usage)}`}`, description),
    ".RS",
    ...args.flatMap((arg) => item(`\\fI${escaped(wordFor(arg))}\\fR`, arg.description)),
    ...options.flatMap(optionItem),
    ...examplesOf(name),
    ".RE"
  ]
}

const syntaxAt = (words: ReadonlyArray<string>) =>
  words.reduce<Syntax | undefined>((syntax, word) => syntax?.subcommands.get(word), all.syntax)

const commands = groups.flatMap(([title, names]) => [
  `.SS ${escaped(title)}`,
  ...names.flatMap((name) => {
    const words = name.split(" ")
    const syntax = syntaxAt(words)
    return syntax === undefined ? [] : commandLines(words, syntax)
  })
])

const items = (list: ReadonlyArray<readonly [string, string]>) =>
  list.flatMap(([label, meaning]) => item(bold(label), meaning))

/** The manual of the command, in the macros of man(7). */
export const manPage = (): string =>
  [
    `.TH AC\\-RECONCILE 1 "" ${escaped(`ac-reconcile ${version}`).replace(/^.*$/, '"$&"')} "User Commands"`,
    // Names are neither hyphenated nor stretched.
    ".nh",
    ".ad l",
    ...section("NAME", [
      `ac\\-reconcile \\- ${escaped(all.syntax.description.replace(/^./, (sign) => sign.toLowerCase()))}`
    ]),
    ...section("SYNOPSIS", [`${bold("ac-reconcile")} \\fICOMMAND\\fR [\\fIOPTIONS\\fR]`]),
    ...section(
      "DESCRIPTION",
      about.flatMap((text, at) => [...(at === 0 ? [] : [".PP"]), ...prose(text)])
    ),
    ...section("COMMANDS", commands),
    ...section("GLOBAL OPTIONS", [...everywhere, ...atTheTop].flatMap(optionItem)),
    ...section("EXIT STATUS", items(exitCodes)),
    ...section("ENVIRONMENT", items(environment)),
    ...section("FILES", items(files)),
    ...section("EXAMPLES", examplesOf("").slice(1)),
    ...section(
      "SEE ALSO",
      seeAlso.flatMap((text, at) => [...(at === 0 ? [] : [".PP"]), ...prose(text)])
    ),
    ""
  ].join("\n")
