import type { Completable, CompletableOption, Values } from "./Completable.js"
import { batchIds, profileNames, quoted } from "./shells.js"

/** What the script does for a value; undefined if nothing is known about it. */
const doing = (values: Values | undefined): string | undefined => {
  switch (values?._tag) {
    case undefined:
    case "Anything":
      return undefined
    case "Files":
    case "Folders":
    case "Batches":
    case "Profiles":
      return `kind=${values._tag.toLowerCase()}`
    case "Words":
      return `kind=${values.several ? "several" : "one"} words=${quoted(values.words.map(([word]) => word).join(" "))}`
  }
}

/** Patterns of the command and a slot, by what is done there. A slot is an option, or the place of an argument. */
const slotsOf = (all: ReadonlyArray<Completable>) => {
  const patterns = new Map<string, ReadonlyArray<string>>()
  const add = (values: Values | undefined, pattern: string) => {
    const what = doing(values)
    if (what !== undefined) patterns.set(what, [...(patterns.get(what) ?? []), pattern])
  }
  for (const { args, name, options } of all) {
    for (const { names, values } of options) for (const one of names) add(values, quoted(`${name} ${one}`))
    for (const [at, { isRepeated, values }] of args.entries()) {
      add(values, isRepeated ? `${quoted(`${name} `)}[0-9]*` : quoted(`${name} ${at}`))
    }
  }
  return [...patterns]
}

const namesOf = (options: ReadonlyArray<CompletableOption>) =>
  quoted(options.flatMap(({ names }) => names).join(" "))

const commandCase = ({ name, options, subcommands }: Completable) => `    ${quoted(name)})
      commands=${quoted(subcommands.map(([word]) => word).join(" "))}
      options=${namesOf(options)}
      valued=${namesOf(options.filter(({ values }) => values !== undefined))}
      again=${namesOf(options.filter(({ isRepeated }) => isRepeated))} ;;`

/** The script for bash 4 or later, which needs no other package. */
export const bash = (
  all: ReadonlyArray<Completable>
): string => `# Completion of ac-reconcile in bash 4 or later.
# Written by 'ac-reconcile completions bash'. In ~/.bashrc: source <(ac-reconcile completions bash)

_ac_reconcile() {
  local IFS=$' \\t\\n' cur='' word='' name='' next='' option='' kind='' words='' prefix='' given='' ended='' help=''
  local commands='' options='' valued='' again=''
  local -i at=1 last=0 count=0
  local -a typed=() which=()
  COMPREPLY=()

  # bash parts words at = : and @, but they belong to their word. Quotes do not.
  for (( ; at <= COMP_CWORD; at++ )); do
    word=\${COMP_WORDS[at]//[\\"\\'\\\\]/}
    if (( at > 1 )) && [[ $word =~ ^[=:@]+$ || \${COMP_WORDS[at-1]} =~ ^[=:@]+$ ]]; then
      typed[\${#typed[@]}-1]+=$word
    else
      typed+=("$word")
    fi
  done
  last=$(( \${#typed[@]} - 1 ))
  (( last >= 0 )) || return 0
  cur=\${typed[last]}

  # A file to read from or write to.
  if [[ \${COMP_WORDS[COMP_CWORD-1]} == *[\\<\\>] ]]; then
    compopt -o default
    return 0
  fi

  at=0
  if (( last > 0 )) && [[ \${typed[0]} == help ]]; then
    help=yes
    at=1
  fi
  for (( ; at < last; at++ )); do
    next=\${name:+$name }\${typed[at]}
    case $next in
      ${all.flatMap(({ name }) => (name === "" ? [] : [quoted(name)])).join(" | ")}) name=$next ;;
      *) break ;;
    esac
  done

  case $name in
${all.map(commandCase).join("\n")}
  esac

  if (( at == last )) && [[ -n $commands && $cur != -* ]]; then
    kind=one words=$commands
  elif [[ -z $help ]]; then
    for (( ; at < last; at++ )); do
      word=\${typed[at]}
      if [[ -n $option ]]; then
        case $option in
          --db | --profile) which+=("$option=\${word/#\\~\\//$HOME/}") ;;
        esac
        option=''
      elif [[ -z $ended && $word == -- ]]; then
        ended=yes
      elif [[ -z $ended && $word == -?* ]]; then
        given+=" \${word%%=*} "
        case $word in
          --db=* | --profile=*) which+=("\${word/#--db=\\~\\//--db=$HOME/}") ;;
        esac
        [[ " $valued " == *" $word "* ]] && option=$word
      else
        count+=1
      fi
    done

    if [[ -z $option && -z $ended && $cur == --*=* ]]; then
      option=\${cur%%=*}
      cur=\${cur#*=}
      # Where bash does not part words at =, what it replaces begins with the option.
      [[ \${COMP_WORDS[COMP_CWORD]} == --*=* ]] && prefix=$option=
    fi

    if [[ -n $option || -n $ended || $cur != -* ]]; then
      case "$name \${option:-$count}" in
${slotsOf(all)
  .map(([what, patterns]) => `        ${patterns.join(" | ")})\n          ${what} ;;`)
  .join("\n")}
      esac
    fi
    if [[ -z $option && -z $ended && -z $kind && ( $cur == -* || -z $cur$commands ) ]]; then
      kind=one
      for word in $options; do
        [[ $given == *" $word "* && " $again " != *" $word "* ]] || words+=" $word"
      done
    fi
  fi

  case $kind in
    files) compopt -o default ;;
    folders) compopt -o dirnames ;;
    batches) words=$(${batchIds} --beginning "$cur" "\${which[@]}" 2>/dev/null </dev/null) ;;
    profiles) words=$(${profileNames} "\${XDG_CONFIG_HOME:-$HOME/.config}/ac-reconcile/config.toml" 2>/dev/null) ;;
    several)
      if [[ $cur == *,* ]]; then
        prefix+=\${cur%,*},
        cur=\${cur##*,}
      fi
      ;;
  esac
  for word in $words; do
    [[ $word == "$cur"* ]] && COMPREPLY+=("$prefix$word")
  done
  return 0
}

complete -F _ac_reconcile ac-reconcile
`
