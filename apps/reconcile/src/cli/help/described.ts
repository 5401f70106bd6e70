import * as CliConfig from "@effect/cli/CliConfig"
import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import type * as HelpDoc from "@effect/cli/HelpDoc"
import { spanText } from "../shell/plainText.js"

/** An argument or option, as its command describes it. */
export interface Entry {
  /** `<file>`, or `--output` with `-o` before it. */
  readonly names: ReadonlyArray<string>
  /** The parser's name of its value, `text` or `csv | json`. Undefined for a flag or an argument. */
  readonly takes: string | undefined
  readonly description: string
  readonly isOptional: boolean
  readonly isRepeated: boolean
}

export interface CommandDoc {
  readonly description: string
  readonly args: ReadonlyArray<Entry>
  readonly options: ReadonlyArray<Entry>
}

const paragraphs = (doc: HelpDoc.HelpDoc): ReadonlyArray<string> => {
  switch (doc._tag) {
    case "Empty":
      return []
    case "Header":
    case "Paragraph":
      return [spanText(doc.value)]
    case "Sequence":
      return [...paragraphs(doc.left), ...paragraphs(doc.right)]
    case "Enumeration":
      return doc.elements.flatMap(paragraphs)
    case "DescriptionList":
      return doc.definitions.flatMap(([, text]) => paragraphs(text))
  }
}

const inOrder = (doc: HelpDoc.HelpDoc): ReadonlyArray<HelpDoc.HelpDoc> =>
  doc._tag === "Sequence" ? [...inOrder(doc.left), ...inOrder(doc.right)] : [doc]

/** Sentences that the parser adds to the description: the kind of value, and whether it is needed. */
const entryOf = (label: string, doc: HelpDoc.HelpDoc): Entry => {
  const [, description = "", ...filler] = paragraphs(doc)
  const text = label.replace(/\.\.\.$| \d+\+$/, "").replace(/^\((.*)\)$/, "$1")
  const [, listed = text, takes] = /^((?:-\S+, )*-\S+) (.+)$/.exec(text) ?? []
  return {
    names: listed.split(", "),
    takes,
    description,
    isOptional: filler.some((sentence) => /is optional|zero or more/.test(sentence)),
    isRepeated: filler.some((sentence) => /(?:may|must) be repeated/.test(sentence))
  }
}

/** What a command says about itself, without the words of the parser. */
export const docOf = (descriptor: CommandDescriptor.Command<unknown>): CommandDoc => {
  const help = CommandDescriptor.getHelp(
    descriptor,
    CliConfig.make({ ...CliConfig.defaultConfig, showBuiltIns: false })
  )
  const parts = {
    DESCRIPTION: [] as Array<string>,
    ARGUMENTS: [] as Array<Entry>,
    OPTIONS: [] as Array<Entry>
  }
  let section = ""
  for (const part of inOrder(help)) {
    if (part._tag === "Header") section = spanText(part.value)
    else if (part._tag === "DescriptionList") {
      const entries = part.definitions.map(([span, doc]) => entryOf(spanText(span), doc))
      if (section === "ARGUMENTS") parts.ARGUMENTS.push(...entries)
      else parts.OPTIONS.push(...entries)
    } else if (section === "DESCRIPTION") parts.DESCRIPTION.push(...paragraphs(part))
  }
  return { description: parts.DESCRIPTION.join(" "), args: parts.ARGUMENTS, options: parts.OPTIONS }
}
