import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { assert, describe, it } from "@effect/vitest"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { SampleScenario, Scenario } from "effect-activecampaign-simulator"
import * as Cli from "effect-activecampaign-simulator/Cli"
import { get } from "./support.js"

/** Runs the command with its two streams as text. */
const run = (...args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const printed = { stdout: "", stderr: "" }
    const into =
      (stream: keyof typeof printed) =>
      (...parts: ReadonlyArray<unknown>) =>
        Effect.sync(() => {
          printed[stream] += `${parts.join(" ")}\n`
        })
    const captured = yield* Console.consoleWith((real) =>
      Effect.succeed<Console.Console>({ ...real, log: into("stdout"), error: into("stderr") })
    )
    const fiber = yield* Cli.run(["node", "activecampaign-simulator", ...args]).pipe(
      Effect.provide(NodeContext.layer),
      Effect.withConsole(captured),
      Effect.fork
    )
    return { fiber, printed }
  })

const ended = (...args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { fiber, printed } = yield* run(...args)
    const code = Cli.exitCode(yield* Fiber.await(fiber))
    return { ...printed, code }
  })

/** The account URL, as soon as the command has announced it. */
const announced = (printed: { readonly stdout: string }) =>
  Effect.repeat(
    Effect.delay(
      Effect.sync(() => /http:\/\/127\.0\.0\.1:\d+/.exec(printed.stdout)?.[0] ?? ""),
      "10 millis"
    ),
    { until: (url) => url !== "" }
  )

const fileWith = (content: unknown) => {
  const file = join(mkdtempSync(join(tmpdir(), "scenario-")), "scenario.json")
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content))
  return file
}

describe("activecampaign-simulator", () => {
  it.live("shows the version of its package", () =>
    Effect.gen(function* () {
      const { version }: { readonly version: string } = JSON.parse(
        readFileSync(new URL("../package.json", import.meta.url), "utf8")
      )
      const told = yield* ended("--version")
      assert.deepStrictEqual(
        { ...told, stdout: told.stdout.trim() },
        { stdout: version, stderr: "", code: 0 }
      )
    })
  )

  it.live("serves the sample, prints URL and token in one line, and exits with 130", () =>
    Effect.gen(function* () {
      const { fiber, printed } = yield* run()
      const url = yield* announced(printed)
      const [batch] = SampleScenario.sampleScenario.batches
      const call = `/api/3/import/info?batchId=${batch?.batchId}`
      assert.strictEqual((yield* get(call, { url })).status, 200)
      assert.match(printed.stdout, /^[^\n]* token simulator-token [^\n]*curl [^\n]*\n$/)
      assert.include(printed.stdout, `'${url}${call}'`)
      assert.strictEqual(Cli.exitCode(yield* Fiber.interrupt(fiber)), 130)
    }).pipe(Effect.provide(FetchHttpClient.layer))
  )

  it.live("serves a scenario file, without the rate limit if asked to", () =>
    Effect.gen(function* () {
      const file = fileWith({ apiToken: "mine", batches: [{ batchId: "x" }] })
      const { fiber, printed } = yield* run("--scenario", file, "--no-rate-limit")
      const url = yield* announced(printed)
      const call = get("/api/3/import/info?batchId=x", { token: "mine", url })
      const replies = yield* Effect.replicateEffect(call, 8)
      assert.isTrue(replies.every((reply) => reply.status === 200))
      yield* Fiber.interrupt(fiber)
    }).pipe(Effect.provide(FetchHttpClient.layer))
  )

  it.live("prints the switches of a scenario", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* ended("--print-scenario-switches")
      assert.strictEqual(code, 0)
      assert.strictEqual(stdout.trim(), Scenario.switchesTable)
    })
  )

  for (const [what, content, complaint] of [
    [
      "a wrong type",
      { batches: [{ batchId: "x", stages: { unset: "soon" } }] },
      "at batches[0].stages.unset"
    ],
    ["a misspelt key", { batchez: [] }, "at batchez"],
    [
      "an unknown word",
      { batches: [{ batchId: "x", ends: "done" }] },
      'at batches[0].ends: Expected "completed" | "failed" | "interrupted" | "never", actual "done".'
    ],
    ["a fault without what it needs", { faults: [{ fault: { _tag: "Slow" } }] }, "at faults[0].fault.millis"],
    ["no JSON", "{nope", "JSON"]
  ] as const) {
    it.live(`ends with 2 and one sentence about file and path at ${what}`, () =>
      Effect.gen(function* () {
        const file = fileWith(content)
        const { code, stderr, stdout } = yield* ended("--scenario", file)
        assert.strictEqual(code, 2)
        assert.strictEqual(stdout, "")
        assert.strictEqual(stderr.trim().split("\n").length, 1)
        assert.include(stderr, file)
        assert.include(stderr, complaint)
      })
    )
  }

  it.live("exits with 2 if the file does not exist, a flag is unknown or the port is invalid", () =>
    Effect.gen(function* () {
      const missing = yield* ended("--scenario", "/nowhere/scenario.json")
      assert.strictEqual(missing.code, 2)
      assert.match(missing.stderr, /\/nowhere\/scenario\.json cannot be used: there is no such file/)
      assert.strictEqual((yield* ended("--prot", "80")).code, 2)
      assert.strictEqual((yield* ended("--port", "70000")).code, 2)
    })
  )

  it.live("exits with 1 and one sentence if the port is taken", () =>
    Effect.gen(function* () {
      const { fiber, printed } = yield* run()
      const { port } = new URL(yield* announced(printed))
      const { code, stderr } = yield* ended("--port", port)
      assert.strictEqual(code, 1)
      assert.match(stderr, new RegExp(`^Port ${port} [^\\n]*\\n$`))
      yield* Fiber.interrupt(fiber)
    })
  )
})
