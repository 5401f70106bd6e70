#!/usr/bin/env node

// An import would read every property of these modules, for some of which Node loads a good deal more.
const { fstatSync, readFileSync, writeSync } = process.getBuiltinModule("node:fs")

/** The help that is asked for and nothing else, as it was written when this was built; undefined for any other call. */
const help = ([first, ...rest]) => {
  const args = first === "help" ? [...rest, "--help"] : first === undefined ? [] : [first, ...rest]
  const asksForIt = args.at(-1) === "--help" || args.at(-1) === "-h"
  const words = asksForIt ? args.slice(0, -1) : args
  if ((!asksForIt && words.length > 1) || !words.every((word) => /^[a-z-]+$/.test(word))) return undefined
  const texts = JSON.parse(readFileSync(new URL("../dist/help.json", import.meta.url), "utf8"))
  const name = words.join(" ")
  if (!Object.hasOwn(texts, name)) return undefined
  // Without a command of its own, a group of them answers with help.
  const isGroup = name === "" || Object.keys(texts).some((other) => other.startsWith(`${name} `))
  return asksForIt || isGroup ? texts[name] : undefined
}

/** The completion script that is asked for and nothing else, as it was written when this was built. */
const completions = ([command, shell, ...rest]) =>
  command === "completions" && rest.length === 0 && /^(bash|zsh|fish)$/.test(shell)
    ? readFileSync(new URL(`../dist/completions/${shell}`, import.meta.url), "utf8")
    : undefined

const plain = (text) => text.replaceAll(colour, "")
const colour = new RegExp(`${String.fromCharCode(0x1b)}\\[[\\d;]*m`, "g")

const showsColour = () => {
  const { NO_COLOR = "", TERM } = process.env
  return process.stdout.isTTY && NO_COLOR === "" && TERM !== "dumb"
}

/** Whether it is printed. Anything unusual about standard output is left to the command, which knows what to say. */
const printed = (text) => {
  // As numbers it would leave a mark that has Node 20 stop short at the next symbolic link, where this is a pipe.
  const stdout = fstatSync(1, { bigint: true })
  // A file that holds something may be a database, which a shell would append to.
  if (stdout.isDirectory() || stdout.isBlockDevice() || (stdout.isFile() && stdout.size > 0n)) return false
  const shown = stdout.isCharacterDevice() && showsColour() ? text : plain(text)
  if (process.platform === "win32") process.stdout.write(shown)
  else {
    // Without the streams of Node, which take time to load.
    const bytes = Buffer.from(shown)
    const written = writeSync(1, bytes)
    if (written < bytes.length) process.stdout.on("error", () => {}).write(bytes.subarray(written))
  }
  return true
}

const answered = () => {
  try {
    const args = process.argv.slice(2)
    const text = completions(args) ?? help(args)
    return text !== undefined && printed(text)
  } catch {
    return false
  }
}

if (!answered()) {
  // Compiled code kept from the last start, where this Node can: cron jobs start often.
  process.getBuiltinModule("node:module").enableCompileCache?.()
  try {
    await import("../dist/bin.js")
  } catch (error) {
    if (error?.code !== "AC_RECONCILE_NO_SQLITE") throw error
    process.stderr.write(`ac-reconcile: ${error.message}\n`)
    process.exitCode = 7
  }
}
