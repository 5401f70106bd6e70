import type { Completable, Values, Word } from "./Completable.js"
import { batchIds, profileNames } from "./lookups.js"

const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`

const oneLine = (text: string) => text.replace(/\s+/g, " ").trim()

const described = ([word, description]: Word) =>
  quoted(description === "" ? word : `${word}\t${oneLine(description)}`)

/** A list that fish evaluates when Tab is pressed. */
const listOf = (words: ReadonlyArray<Word>) => quoted(`(printf '%s\\n' ${words.map(described).join(" ")})`)

/** How fish is told what may stand in a place. */
const telling = (values: Values): string => {
  switch (values._tag) {
    case "Anything":
      return "-x"
    case "Files":
      return "-rF"
    case "Folders":
      return "-xa '(__fish_complete_directories (__ac_reconcile_value))'"
    case "Batches":
      return "-xka '(__ac_reconcile_batches)'"
    case "Profiles":
      return "-xka '(__ac_reconcile_profiles)'"
    case "Words":
      return values.several
        ? `-xka ${quoted(`(__ac_reconcile_several ${values.words.map(([word]) => word).join(" ")})`)}`
        : `-xka ${listOf(values.words)}`
  }
}

/** The commands in which the same line holds. */
const grouped = (lines: ReadonlyArray<readonly [line: string, name: string]>) => {
  const names = new Map<string, ReadonlyArray<string>>()
  for (const [line, name] of lines) names.set(line, [...(names.get(line) ?? []), name])
  return [...names]
}

const complete = (condition: string, names: ReadonlyArray<string>, line: string) =>
  `complete -c ac-reconcile -n ${quoted(`__ac_reconcile_at ${condition} ${names.map(quoted).join(" ")}`)} ${line}`

const optionLines = (all: ReadonlyArray<Completable>) =>
  grouped(
    all.flatMap(({ name, options }) =>
      options.map(({ description, names, values }) => {
        const said = names.map((one) => (one.startsWith("--") ? `-l ${one.slice(2)}` : `-s ${one.slice(1)}`))
        const value = values === undefined ? [] : [telling(values)]
        return [[...said, ...value, "-d", quoted(oneLine(description))].join(" "), name] as const
      })
    )
  ).map(([line, names]) => complete("options", names, line))

const argumentLines = (all: ReadonlyArray<Completable>) =>
  grouped(
    all.flatMap(({ args, name }) =>
      args.flatMap(({ isRepeated, values }, at) => {
        if (values._tag === "Anything") return []
        // Without an option before it, a file needs no more than leave.
        const line = values._tag === "Files" ? "-F" : telling(values).replace(/^-x/, "-f")
        return [[`${isRepeated ? "from" : "argument"} ${at}\n${line}`, name] as const]
      })
    )
  ).map(([key, names]) => {
    const [condition = "", line = ""] = key.split("\n")
    return complete(condition, names, line)
  })

const commandLines = (all: ReadonlyArray<Completable>) =>
  all.flatMap(({ name, subcommands }) =>
    subcommands.length === 0 ? [] : [complete("commands", [name], `-fka ${listOf(subcommands)}`)]
  )

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
${[...commandLines(all), ...argumentLines(all), ...optionLines(all)].join("\n")}
`
}
