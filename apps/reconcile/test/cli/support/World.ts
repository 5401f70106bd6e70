import { type ChildProcess, spawn } from "node:child_process"
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as NodeServer from "effect-activecampaign-simulator/NodeServer"
import * as Scenario from "effect-activecampaign-simulator/Scenario"

const appDirectory = fileURLToPath(new URL("../../..", import.meta.url))

/** What `npx ac-reconcile` runs. It loads the bundle, which the workspace builds before its tests. */
export const bin = join(appDirectory, "bin/ac-reconcile.js")

const bundle = join(appDirectory, "dist/bin.js")

/** Nobody's token; it must turn up nowhere but in the header of a call. */
export const token = "b7f2c0d1e9a84536-secret-token-of-nobody"

/** How a process ended, and everything it said. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A process under way. */
export interface Started {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves once stdout holds text like this; fails where the process ends without it. */
  readonly said: (pattern: RegExp) => Promise<void>
}

export interface Call {
  readonly env?: Readonly<Record<string, string>>
  /** Text for standard input; without it, there is none. */
  readonly stdin?: string
  /** Kept open, so that the test can write to it. */
  readonly keepStdin?: boolean
  /** A file or device that takes standard output. */
  readonly stdout?: string
  /** Another build of the command. */
  readonly bin?: string
  /** Whose process it is, where the test may choose. */
  readonly uid?: number
}

/** One test's own place: a folder, and the servers and processes in it. All of it goes when the test ends. */
export interface World {
  readonly folder: string
  /** What every process in it is given, besides an account. */
  readonly env: Readonly<Record<string, string>>
  readonly path: (name: string) => string
  readonly write: (name: string, text: string | Uint8Array) => string
  readonly read: (name: string) => string
  /** Runs the command to its end. */
  readonly run: (args: ReadonlyArray<string>, call?: Call) => Promise<Ended>
  readonly start: (args: ReadonlyArray<string>, call?: Call) => Started
  /** A plain server on a free port of this machine; its URL. */
  readonly serve: (listener: RequestListener) => Promise<string>
  /** Any other server on a free port of this machine; that port. */
  readonly listen: (server: Server) => Promise<number>
  /** The simulator on a free port of this machine, without a rate limit unless told otherwise; its URL. */
  readonly simulate: (scenario: Scenario.ScenarioInput) => Promise<string>
}

/** The environment of an account. */
export const account = (url: string, apiToken: string = token) => ({
  ACTIVECAMPAIGN_URL: url,
  ACTIVECAMPAIGN_API_KEY: apiToken
})

/** Nothing of the machine's own but where to find programs; what a user keeps between commands is the test's own. */
const envIn = (folder: string) => ({
  PATH: process.env.PATH ?? "",
  HOME: folder,
  XDG_STATE_HOME: join(folder, ".state")
})

const startIn = (folder: string, children: Set<ChildProcess>): World["start"] => {
  return (args, call = {}) => {
    const taker = call.stdout === undefined ? undefined : openSync(call.stdout, "w")
    const child = spawn(process.execPath, [call.bin ?? bin, ...args], {
      cwd: folder,
      env: { ...envIn(folder), ...call.env },
      stdio: ["pipe", taker ?? "pipe", "pipe"],
      ...(call.uid === undefined ? {} : { uid: call.uid, gid: call.uid })
    })
    if (taker !== undefined) closeSync(taker)
    children.add(child)
    const output = { stdout: "", stderr: "" }
    const listeners = new Set<() => void>()
    for (const name of ["stdout", "stderr"] as const) {
      child[name]?.setEncoding("utf8")
      child[name]?.on("data", (text: string) => {
        output[name] += text
        for (const listener of listeners) listener()
      })
    }
    // A process that ends without reading what it was given is no fault of the test.
    child.stdin?.on("error", () => {})
    if (call.stdin !== undefined) child.stdin?.end(call.stdin)
    else if (call.keepStdin !== true) child.stdin?.end()
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on("error", reject)
      child.on("close", (code, signal) => {
        children.delete(child)
        resolve({ code, signal, ...output })
      })
    })
    const said = (pattern: RegExp) =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          if (!pattern.test(output.stdout)) return
          listeners.delete(look)
          resolve()
        }
        listeners.add(look)
        look()
        ended.then(
          () => reject(new Error(`ended without saying ${pattern}: ${output.stdout}\n${output.stderr}`)),
          reject
        )
      })
    return { process: child, ended, said }
  }
}

const listen = (server: Server) =>
  new Promise<number>((resolve, reject) => {
    server.on("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resolve(typeof address === "object" && address !== null ? address.port : 0)
    })
  })

const close = (server: Server) =>
  new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

/** Runs a test in a world of its own. */
export const inWorld = (test: (world: World) => Promise<void>) => async (): Promise<void> => {
  if (!existsSync(bundle)) {
    throw new Error(`${bundle} is missing. Build it with: npx tsc -b && node scripts/bundle.mjs`)
  }
  const folder = mkdtempSync(join(tmpdir(), "ac-reconcile-test-"))
  const children = new Set<ChildProcess>()
  const servers: Array<Server> = []
  const scope = Effect.runSync(Scope.make())
  const start = startIn(folder, children)
  const path = (name: string) => join(folder, name)
  try {
    await test({
      folder,
      env: envIn(folder),
      path,
      write: (name, text) => {
        mkdirSync(dirname(path(name)), { recursive: true })
        writeFileSync(path(name), text)
        return name
      },
      read: (name) => readFileSync(path(name), "utf8"),
      run: (args, call) => start(args, call).ended,
      start,
      serve: async (listener) => {
        const server = createServer(listener)
        servers.push(server)
        return `http://127.0.0.1:${await listen(server)}`
      },
      listen: (server) => {
        servers.push(server)
        return listen(server)
      },
      simulate: async (input) => {
        const scenario = Scenario.make({ apiToken: token, rateLimit: null, ...input })
        const layer = Layer.buildWithScope(NodeServer.layer(scenario), scope)
        const context = await Effect.runPromise(layer)
        return Context.get(context, NodeServer.NodeServer).url
      }
    })
  } finally {
    const closing = [...children].map(
      (child) =>
        new Promise<void>((resolve) => {
          child.on("close", () => resolve())
          child.kill("SIGKILL")
        })
    )
    await Promise.all([...closing, ...servers.map(close), Effect.runPromise(Scope.close(scope, Exit.void))])
    // A program in a terminal may still be writing its last.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
}

/** The batch a request asks about. */
export const batchIdOf = (request: IncomingMessage): string | null =>
  new URL(request.url ?? "", "http://localhost").searchParams.get("batchId")
