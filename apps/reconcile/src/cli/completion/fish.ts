import type { Completable, Values, Word } from "./Completable.js"
import { batchIds, oneLine, profileNames } from "./shells.js"

const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`

const described = ([word, description]: Word) =>
  quoted(description === "" ? word : `${word}\t${oneLine(description)}`)

/** A list that fish evaluates when Tab is pressed. */
const listOf = (words: ReadonlyArray<Word>) => quoted(`(printf '%s\\n' ${words.map(described).join(" ")})`)

/** How fish finds what may be chosen. */
const choosing = (values: Values): string => {
  switch (values._tag) {
    case "Anything":
    case "Files":
      return ""
    case "Folders":
      return "a '(__fish_complete_directories (__ac_reconcile_value))'"
    case "Batches":
      return "ka '(__ac_reconcile_batches)'"
    case "Profiles":
      return "ka '(__ac_reconcile_profiles)'"
    case "Words":
      return values.several
        ? `ka ${quoted(`(__ac_reconcile_several ${values.words.map(([word]) => word).join(" ")})`)}`
        : `ka ${listOf(values.words)}`
  }
}

/** What may stand in a place of some commands. */
interface Offer {
  /** As `__ac_reconcile_at` takes it. */
  readonly place: string
  readonly command: string
  readonly says: string
}

const optionOffers = ({ name, options }: Completable) =>
  options.map(({ description, names, values }): Offer => {
    const switches = names.map((one) => (one.startsWith("--") ? `-l ${one.slice(2)}` : `-s ${one.slice(1)}`))
    const value = values === undefined ? [] : [values._tag === "Files" ? "-rF" : `-x${choosing(values)}`]
    const says = [...switches, ...value, "-d", quoted(oneLine(description))].join(" ")
    return { place: "options", command: name, says }
  })

const argumentOffers = ({ args, name }: Completable) =>
  args.flatMap(({ isRepeated, values }, at): ReadonlyArray<Offer> => {
    const place = `${isRepeated ? "from" : "argument"} ${at}`
    const says = values._tag === "Files" ? "-F" : `-f${choosing(values)}`
    return values._tag === "Anything" ? [] : [{ place, command: name, says }]
  })

const commandOffers = ({ name, subcommands }: Completable): ReadonlyArray<Offer> =>
  subcommands.length === 0 ? [] : [{ place: "commands", command: name, says: `-fka ${listOf(subcommands)}` }]

/** One line for all commands that offer the same. */
const linesOf = (offers: ReadonlyArray<Offer>) => {
  const lines = new Map<string, { readonly offer: Offer; readonly commands: Array<string> }>()
  for (const offer of offers) {
    const key = `${offer.place} ${offer.says}`
    const line = lines.get(key) ?? { offer, commands: [] }
    line.commands.push(offer.command)
    lines.set(key, line)
  }
  return Array.from(lines.values(), ({ commands, offer: { place, says } }) => {
    const condition = quoted(`__ac_reconcile_at ${place} ${commands.map(quoted).join(" ")}`)
    return `complete -c ac-reconcile -n ${condition} ${says}`
  })
}

/** The script for fish 3.4 or later. */
export const fish = (all: ReadonlyArray<Completable>): string => {
  const valued = all.flatMap(({ options }) =>
    options.flatMap(({ names, values }) => (values === undefined ? [] : names))
  )
  return `# Completion of ac-reconcile in fish.
# Written by 'ac-reconcile completions fish'. Keep it as ~/.config/fish/completions/ac-reconcile.fish

# Whether the cursor is where the first argument says, in one of the commands that follow:
# commands, options, argument N or from N (the place of an argument, counted from 0).
function __ac_reconcile_at --argument-names where
    set -l place
    set -l names $argv[2..]
    if contains -- $where argument from
        set place $argv[2]
        set names $argv[3..]
    end
    set -l known ${all.flatMap(({ name }) => (name === "" ? [] : [quoted(name)])).join(" ")}
    set -l typed (commandline -opc)[2..]
    set -l help no
    if test "$typed[1]" = help
        set help yes
        set -e typed[1]
    end
    set -l words
    while set -q typed[1]; and contains -- (string join ' ' -- $words $typed[1]) $known
        set -a words $typed[1]
        set -e typed[1]
    end
    contains -- "$words" $names; or return 1
    if test $where = commands
        not set -q typed[1]
        return
    end
    test $help = no; or return 1
    test $where = options; and return 0
    set -l count 0
    set -l ended no
    set -l skip no
    for word in $typed
        if test $skip = yes
            set skip no
        else if test $ended = no -a "$word" = --
            set ended yes
        else if test $ended = no; and string match -qr -- '^-.' $word
            contains -- $word ${[...new Set(valued)].join(" ")}; and set skip yes
        else
            set count (math $count + 1)
        end
    end
    test $where = argument -a $count -eq $place; or test $where = from -a $count -ge $place
end

# What is typed of a value, without an option that it is joined to.
function __ac_reconcile_value
    commandline -ct | string replace -r -- '^--[^=]*=' ''
end

# Words that are separated by commas.
function __ac_reconcile_several
    set -l before (__ac_reconcile_value | string replace -r -- '[^,]*$' '')
    printf '%s\\n' $before$argv
end

function __ac_reconcile_batches
    set -l which
    set -l typed (commandline -opc)
    for at in (seq (count $typed))
        switch $typed[$at]
            case --db --profile
                set -q typed[(math $at + 1)]; and set -a which $typed[$at]=(string replace -r '^~/' $HOME/ -- $typed[(math $at + 1)])
            case '--db=*' '--profile=*'
                set -a which $typed[$at]
        end
    end
    set -l beginning (__ac_reconcile_value)
    ${batchIds} --beginning "$beginning" $which 2>/dev/null </dev/null
end

function __ac_reconcile_profiles
    set -l folder $XDG_CONFIG_HOME
    test -n "$folder"; or set folder $HOME/.config
    ${profileNames} $folder/ac-reconcile/config.toml 2>/dev/null
end

complete -c ac-reconcile -e
complete -c ac-reconcile -f
${linesOf([commandOffers, argumentOffers, optionOffers].flatMap((offers) => all.flatMap(offers))).join("\n")}
`
}
