import { describe, expect, it } from "vitest"
import { documentedAnswer, documentedServer, fast } from "./support/documented.js"
import { expectNoSecret, type Received, receiver, secret } from "./support/receiver.js"
import { envelopeOf, expectDone } from "./support/said.js"
import { closedPort, prepared } from "./support/trouble.js"
import { account, inWorld } from "./support/World.js"

describe.concurrent("--ping", () => {
  const paths = (received: ReadonlyArray<Received>) => received.map(({ path }) => path)

  it(
    "calls the URL when a run begins, when it ends well, and when it ends badly",
    inWorld(async (world) => {
      const env = account(await world.serve(documentedServer(() => documentedAnswer)))
      const monitor = await receiver(world)
      await prepared(world)
      const well = await world.run(["run", "--ping", monitor.url, ...fast], { env })
      expectDone(well)
      const args = ["run", "--ping", `${monitor.url}?create=1`, "--fail-on", "rejected", ...fast]
      const badly = await world.run(args, { env })
      expect(badly).toMatchObject({ code: 3, stderr: "" })
      const refused = await world.run(["run", "--ping", monitor.url, ...fast], { env: account(closedPort) })
      expect(refused.code).toBe(7)
      expect(paths(monitor.received)).toEqual([
        `/${secret}/start`,
        `/${secret}`,
        `/${secret}/start?create=1`,
        `/${secret}/fail?create=1`,
        `/${secret}/start`,
        `/${secret}/fail`
      ])
      expect(monitor.received[3]?.text).toBe(
        "Exit code 3: --fail-on applies: rejected (2 of 6 sent contacts, 33.3%).\n"
      )
      expectNoSecret(monitor.received, well, badly, refused)
    })
  )

  it(
    "tries again if the monitor fails, and says so in one line if it goes on failing",
    inWorld(async (world) => {
      const env = account(await world.serve(documentedServer(() => documentedAnswer)))
      await prepared(world)
      const answers = [200, 503, 200]
      const shaky = await receiver(world, (response) => response.writeHead(answers.shift() ?? 500).end())
      expectDone(await world.run(["run", "--ping", shaky.url, ...fast], { env }))
      expect(paths(shaky.received)).toEqual([`/${secret}/start`, `/${secret}`, `/${secret}`])
      const ran = await world.run(["run", "--ping", shaky.url, ...fast], { env })
      expect(ran).toMatchObject({
        code: 0,
        stderr: `ac-reconcile: --ping: ${new URL(shaky.url).host} answered 500. The run is not affected by that.\n`
      })
      const gone = await world.run(["run", "--ping", `${closedPort}/${secret}`, ...fast], { env })
      expect(gone).toMatchObject({
        code: 0,
        stderr:
          "ac-reconcile: --ping: 127.0.0.1:1 cannot be reached (ECONNREFUSED). The run is not affected by that.\n"
      })
      expectNoSecret(shaky.received, ran, gone)
    })
  )

  it(
    "gives up on a monitor and a webhook that never answer, and the run has its result",
    inWorld(async (world) => {
      const env = account(await world.serve(documentedServer(() => documentedAnswer)))
      await prepared(world)
      const silent = await receiver(world, () => {})
      const args = [
        "run",
        "--ping",
        silent.url,
        "--notify",
        silent.url,
        "--fail-on",
        "rejected",
        "--json",
        ...fast
      ]
      const ran = await world.run(args, { env })
      expect(ran).toMatchObject({ code: 3, stderr: "" })
      const { data, warnings } = envelopeOf(ran.stdout)
      expect(data).toMatchObject({ summary: { settled: 1 } })
      expect(warnings).toHaveLength(2)
      for (const warning of warnings)
        expect(warning).toMatch(/^--(?:ping|notify): 127\.0\.0\.1:\d+ gave no answer/)
      expectNoSecret(silent.received, ran)
    })
  )

  it(
    "says nothing of a run that somebody stops, nor of one that finds another at work",
    inWorld(async (world) => {
      let asked = () => {}
      const underWay = new Promise<void>((resolve) => {
        asked = resolve
      })
      const env = account(
        await world.serve(
          documentedServer(() => {
            asked()
            return '{"status":"active"}'
          })
        )
      )
      await prepared(world)
      const monitor = await receiver(world)
      const args = ["run", "--ping", monitor.url, "--notify", monitor.url, ...fast]
      const run = world.start(args, { env })
      await underWay
      const other = await world.run(args, { env })
      expect(other.code).toBe(7)
      run.process.kill("SIGINT")
      expect((await run.ended).code).toBe(130)
      expect(new Set(paths(monitor.received))).toEqual(new Set([`/${secret}/start`]))
    })
  )
})
