/**
 * Long output on a terminal goes through a pager, as in git and gh. Text that fits the screen, or that nobody sees on a
 * terminal, is printed as it is.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { ReaderLeft, type Writer } from "../../files/Writer.js"
import { printableLines } from "../../text/printable.js"
import { widthOf } from "../../text/width.js"
import { Paging } from "../shell/console.js"
import { listening } from "../shell/signals.js"

type Environment = Readonly<Record<string, string | undefined>>

const isThere = (command: string, { PATH = "" }: Environment) =>
  PATH.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })

/** The pager's command line: that of AC_RECONCILE_PAGER or PAGER, or `less`. Undefined: none. */
export const pagerOf = (environment: Environment): string | undefined => {
  const named = environment.AC_RECONCILE_PAGER ?? environment.PAGER
  const command = (named ?? "less").trim()
  if (command === "" || command === "cat" || environment.TERM === "dumb") return undefined
  return /^[\w.+-]+(\s|$)/.test(command) && !isThere(command.split(/\s/)[0] ?? "", environment)
    ? undefined
    : command
}

interface Size {
  readonly rows: number
  readonly columns: number
}

/** How many lines of a terminal the text takes. */
export const linesOn = (text: string, { columns }: Size): number =>
  text
    .replace(/\n$/, "")
    .split("\n")
    .reduce((lines, line) => lines + Math.max(1, Math.ceil(widthOf(line) / Math.max(1, columns))), 0)

/** Rows that come slowly are shown as they come, and not held to see whether they fill the screen. */
const longestHold = 1000

/** A pipe holds no more. What is in it is printed if the pager turns out not to exist. */
const inPipe = 1 << 17

const exitOf = (child: ChildProcess) =>
  Effect.async<number | null>((resume) => {
    child.once("error", () => resume(Effect.succeed(127)))
    child.once("close", (code) => resume(Effect.succeed(code)))
  })

/** Codes of a shell that could not start the command. */
const notStarted: ReadonlyArray<number | null> = [126, 127]

const written = (stream: NodeJS.WritableStream, text: string): Effect.Effect<void, ReaderLeft> =>
  Effect.async((resume) => {
    stream.write(text, (error) =>
      resume(error === null || error === undefined ? Effect.void : new ReaderLeft())
    )
  })

const toTerminal = (text: string) => written(process.stdout, text)

/** A pager that has begun. Ctrl-C is for it alone until it ends. */
const started = (command: string) =>
  Effect.gen(function* () {
    yield* listening(["SIGINT"], () => {})
    const child = spawn(command, {
      shell: true,
      stdio: ["pipe", "inherit", "inherit"],
      env: { ...process.env, LESS: process.env.LESS ?? "FRX" }
    })
    const { stdin } = child
    // Each write gets its error; this listener keeps the error from ending the process.
    stdin.on("error", () => {})
    const exit = yield* Effect.forkScoped(exitOf(child))
    // Whatever ends the command, the terminal is the pager's until the user leaves it.
    yield* Effect.addFinalizer(() =>
      Effect.zipRight(
        Effect.sync(() => stdin.end()),
        exit.await
      )
    )
    let kept: string | undefined = ""
    const ended = Effect.flatMap(exit.await, (done) => {
      const hasFailed = done._tag === "Success" && notStarted.includes(done.value)
      return Effect.succeed(hasFailed ? kept : undefined)
    })
    return {
      write: (text: string) =>
        Effect.suspend(() => {
          if (kept !== undefined) kept = kept.length > inPipe ? undefined : kept + text
          return written(stdin, text)
        }),
      /** Waits until the user has left it. A text: it never began, and this was for it. */
      finish: Effect.suspend(() => {
        stdin.end()
        return ended
      })
    }
  })

type Pager = Effect.Effect.Success<ReturnType<typeof started>>

const through = (command: string, size: Size): Effect.Effect<Writer, never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope) => {
    let held = ""
    let since: number | undefined
    let way: "held" | "terminal" | Pager = "held"
    const failed = (pager: Pager) =>
      Effect.flatMap(pager.finish, (unseen) => {
        if (unseen === undefined) return new ReaderLeft()
        way = "terminal"
        return toTerminal(unseen)
      })
    const into = (pager: Pager, text: string) => Effect.catchAll(pager.write(text), () => failed(pager))
    const write = (raw: string): Effect.Effect<void, ReaderLeft> => {
      const text = printableLines(raw)
      if (way === "terminal") return toTerminal(text)
      if (way !== "held") return into(way, text)
      held += text
      since ??= performance.now()
      if (linesOn(held, size) >= size.rows) {
        return Effect.flatMap(Scope.extend(started(command), scope), (pager) => {
          way = pager
          return into(pager, held)
        })
      }
      if (performance.now() - since < longestHold) return Effect.void
      way = "terminal"
      return toTerminal(held)
    }
    return {
      write,
      finish: Effect.suspend(() => {
        if (way === "held") return Effect.ignore(toTerminal(held))
        return way === "terminal" ? Effect.void : Effect.ignore(failed(way))
      })
    }
  })

/** The pager for what is written to standard output. Undefined: print it. */
export const forStdout: Effect.Effect<Writer | undefined, never, Scope.Scope> = Effect.flatMap(
  Paging,
  (isWanted) => {
    const { columns, isTTY, rows } = process.stdout
    const command = isWanted && isTTY && rows > 0 ? pagerOf(process.env) : undefined
    return command === undefined ? Effect.succeed(undefined) : through(command, { columns, rows })
  }
)

/** Prints a text, through the pager if it is longer than the terminal. */
export const print = (text: string): Effect.Effect<void> =>
  Effect.flatMap(forStdout, (pager) =>
    pager === undefined
      ? Console.log(text)
      : Effect.ignore(Effect.ensuring(pager.write(`${text}\n`), Effect.ignore(pager.finish)))
  ).pipe(Effect.scoped)
