import type { Completable, CompletableArgument, CompletableOption, Values, Word } from "./Completable.js"
import { batchIds, oneLine, profileNames, quoted } from "./shells.js"

/** As `_describe` wants it: a colon ends the word. */
const described = ([word, description]: Word) =>
  quoted(`${word.replaceAll(":", "\\:")}${description === "" ? "" : `:${oneLine(description)}`}`)

const wordsOf = (words: ReadonlyArray<Word>) => words.map(([one]) => one).join(" ")

const actionOf = (values: Values): string => {
  switch (values._tag) {
    case "Anything":
      return " "
    case "Files":
      return "_files"
    case "Folders":
      return "_files -/"
    case "Batches":
      return "_ac-reconcile-batches"
    case "Profiles":
      return "_ac-reconcile-profiles"
    case "Words":
      return values.several ? `_sequence compadd - ${wordsOf(values.words)}` : `(${wordsOf(values.words)})`
  }
}

/** Each spelling of an option; given once, it is not offered again. */
const optionSpecs = ({ description, isRepeated, names, values, word }: CompletableOption) => {
  const said = oneLine(description).replace(/[\\[\]]/g, "\\$&")
  const excluded = isRepeated ? "*" : names.length > 1 ? `(${names.join(" ")})` : ""
  const value = values === undefined ? "" : `:${word.toLowerCase()}:${actionOf(values)}`
  return names.map((name) => {
    const joined = values !== undefined && name.startsWith("--") ? "=" : ""
    return quoted(`${excluded}${name}${joined}[${said}]${value}`)
  })
}

/** An argument, and the array of its choices if these have descriptions. */
const argumentSpec = ({ isRepeated, values, word }: CompletableArgument, at: number) => {
  const place = `${isRepeated ? "*" : at + 1}:${word.toLowerCase()}`
  const hasDescriptions =
    values._tag === "Words" && values.words.some(([, description]) => description !== "")
  return hasDescriptions
    ? {
        choices: [`local -a choices_${at}=( ${values.words.map(described).join(" ")} )`],
        spec: quoted(`${place}:{_describe -V ${word.toLowerCase()} choices_${at}}`)
      }
    : { choices: [], spec: quoted(`${place}:${actionOf(values)}`) }
}

const commandCase = ({ args, name, options, subcommands }: Completable) => {
  const ofArgs = args.map(argumentSpec)
  const specs = [...ofArgs.map(({ spec }) => spec), ...options.flatMap(optionSpecs)]
  return [
    `    (${quoted(name)})`,
    ...(subcommands.length === 0 ? [] : [`      commands=( ${subcommands.map(described).join(" ")} )`]),
    ...ofArgs.flatMap(({ choices }) => choices.map((line) => `      ${line}`)),
    "      specs=(",
    ...specs.map((spec) => `        ${spec}`),
    "      ) ;;"
  ].join("\n")
}

/** The script for zsh 5 or later: a file of fpath, or sourced. */
export const zsh = (all: ReadonlyArray<Completable>): string => `#compdef ac-reconcile
# Completion of ac-reconcile in zsh. Written by 'ac-reconcile completions zsh'.
# In ~/.zshrc, after compinit: source <(ac-reconcile completions zsh)

_ac-reconcile() {
  local curcontext=$curcontext name='' next='' context state state_descr line
  local -i at=2 help=0
  local -a commands specs
  local -A opt_args

  if (( CURRENT > 2 )) && [[ $words[2] == help ]]; then
    help=1
    at=3
  fi
  for (( ; at < CURRENT; at++ )); do
    next=\${name:+$name }\${(Q)words[at]}
    case $next in
      (${all.flatMap(({ name }) => (name === "" ? [] : [quoted(name)])).join(" | ")}) name=$next ;;
      (*) break ;;
    esac
  done

  case $name in
${all.map(commandCase).join("\n")}
  esac

  if (( $#commands && at == CURRENT )) && [[ $PREFIX != -* ]]; then
    _describe -V command commands
    return
  fi
  (( help )) && return 1
  words=( $words[1] "\${(@)words[at,-1]}" )
  (( CURRENT -= at - 2 ))
  _arguments -S : $specs
}

_ac-reconcile-batches() {
  local -a which found
  local option
  for option in --db --profile; do
    (( $+opt_args[$option] )) && which+=( "$option=\${\${(Q)opt_args[$option]}/#\\~\\//$HOME/}" )
  done
  found=( \${(f)"$(${batchIds} --beginning "$PREFIX" $which 2>/dev/null </dev/null)"} )
  compadd "$@" -V batches -a found
}

_ac-reconcile-profiles() {
  local -a found
  found=( \${(f)"$(${profileNames} "\${XDG_CONFIG_HOME:-$HOME/.config}/ac-reconcile/config.toml" 2>/dev/null)"} )
  compadd "$@" -a found
}

if [[ $funcstack[1] == _ac-reconcile ]]; then
  _ac-reconcile "$@"
elif (( $+functions[compdef] )); then
  compdef _ac-reconcile ac-reconcile
else
  print -u2 "ac-reconcile: completion needs compinit. Before this line, add: autoload -Uz compinit && compinit"
fi
`
