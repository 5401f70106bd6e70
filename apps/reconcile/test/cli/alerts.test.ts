import type { IncomingMessage, ServerResponse } from "node:http"
import { describe, expect, it } from "vitest"
import { values } from "./support/database.js"
import {
  documentedAnswer,
  documentedContacts,
  documentedFailure,
  documentedServer,
  fast
} from "./support/documented.js"
import { accountBehind, hostOnlyTheProxyKnows, proxyTo } from "./support/proxied.js"
import { envelopeOf, expectCleanOutput, expectDone } from "./support/said.js"
import { closedPort, expectNoToken, prepared } from "./support/trouble.js"
import { account, type Ended, inWorld, token, type World } from "./support/World.js"

interface Received {
  readonly path: string
  readonly text: string
  readonly headers: IncomingMessage["headers"]
}

const secret = "secret-path-of-a-webhook"

/** A server that keeps what it is sent, and answers as it is told. */
const receiver = async (
  world: World,
  answer: (response: ServerResponse) => void = (response) => response.end()
) => {
  const received: Array<Received> = []
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    let text = ""
    request.setEncoding("utf8")
    request.on("data", (part: string) => {
      text += part
    })
    request.on("end", () => {
      received.push({ path: request.url ?? "", text, headers: request.headers })
      answer(response)
    })
  }
  return { received, listener, url: `${await world.serve(listener)}/${secret}` }
}

const notices = (received: ReadonlyArray<Received>) =>
  received.map(({ text }): Record<string, unknown> => JSON.parse(text))

/** Neither the URL's secret nor the token is said, and neither the token nor an address is sent. */
const expectNoSecret = (received: ReadonlyArray<Received>, ...ended: ReadonlyArray<Ended>) => {
  for (const one of ended) {
    expectCleanOutput(one)
    expect(one.stdout + one.stderr).not.toContain(secret)
  }
  const sent = JSON.stringify(received)
  expect(sent).not.toContain(token)
  for (const address of [...documentedContacts, ...documentedFailure]) {
    expect(sent.toLowerCase()).not.toContain(address.toLowerCase())
  }
}

describe.concurrent("--notify", () => {
  it(
    "tells once that a run ends badly, and once that it is well again",
    inWorld(async (world) => {
      const url = await world.serve(documentedServer(() => documentedAnswer))
      const hook = await receiver(world)
      const db = await prepared(world)
      const pass = (failOn: string) =>
        world.run(["run", "--once", "--notify", hook.url, "--fail-on", failOn, ...fast], {
          env: account(url)
        })
      const ran = []
      for (const failOn of [
        "rejected>90%",
        "rejected>1%",
        "rejected>1%",
        "rejected",
        "findings",
        "findings"
      ]) {
        ran.push(await pass(failOn))
      }
      expect(ran.map(({ code }) => code)).toEqual([0, 3, 3, 3, 0, 0])
      expect(ran.map(({ stderr }) => stderr).join("")).toBe("")
      const [failed, otherwise, recovered] = notices(hook.received)
      expect(hook.received).toHaveLength(3)
      expect(failed).toMatchObject({
        schema: "ac-reconcile/notice/1",
        event: "failed",
        account: new URL(url).host,
        exit_code: 3,
        reason: "FailOn rejected>1%",
        message: "--fail-on applies: rejected>1% (2 of 6 sent contacts, 33.3%).",
        before: null,
        run_id: 1,
        sent: 6,
        batches: [{ status: "completed", batches: 1 }],
        outcomes: [
          { outcome: "imported", contacts: 4 },
          { outcome: "rejected", contacts: 2 }
        ],
        findings: [],
        stalled: [],
        next: ["ac-reconcile report"]
      })
      expect(otherwise).toMatchObject({
        event: "failed",
        reason: "FailOn rejected",
        before: { exit_code: 3 }
      })
      expect(recovered).toMatchObject({
        event: "recovered",
        exit_code: 0,
        before: { reason: "FailOn rejected" }
      })
      expectNoSecret(hook.received, ...ran)
      expect(hook.received[0]?.headers["content-type"]).toBe("application/json")
      expect(values(db, "SELECT exit_code || reason FROM reconcile_runs")).toEqual(["0Done"])
    })
  )

  it(
    "tells of errors, too, once while they last, although such a run leaves no row",
    inWorld(async (world) => {
      const hook = await receiver(world)
      await prepared(world)
      const env = { ...account(closedPort), AC_RECONCILE_NOTIFY: hook.url }
      const first = await world.run(["run", "--once", ...fast], { env })
      const again = await world.run(["run", "--once", "--json", ...fast], { env })
      expect([first.code, again.code]).toEqual([1, 1])
      expect(notices(hook.received)).toMatchObject([
        { event: "failed", exit_code: 1, reason: "ApiUnavailable" }
      ])
      expectNoSecret(hook.received, first, again)
      // Nothing can be remembered without a file.
      const missing = await world.run(["run", "--db", "nowhere.db", ...fast], { env })
      expect(missing.code).toBe(2)
      expect(notices(hook.received)[1]).toMatchObject({
        event: "failed",
        exit_code: 2,
        reason: "LedgerError"
      })
      expectNoToken(world)
    })
  )

  it(
    "sends addresses only if it is told to",
    inWorld(async (world) => {
      const env = account(await world.serve(documentedServer(() => documentedAnswer)))
      const hook = await receiver(world)
      await prepared(world)
      const args = ["run", "--notify", hook.url, "--notify-addresses", "--fail-on", "rejected", ...fast]
      expect((await world.run(args, { env })).code).toBe(3)
      expect(notices(hook.received)[0]).toMatchObject({
        examples: [
          { outcome: "rejected", addresses: documentedContacts.filter((one) => /invalid/i.test(one)) }
        ]
      })
    })
  )

  it(
    "goes through the proxy, and the redirect of a webhook is not followed",
    inWorld(async (world) => {
      await prepared(world)
      const hook = await receiver(world, (response) =>
        response.writeHead(302, { location: `https://${hostOnlyTheProxyKnows}/elsewhere` }).end()
      )
      const documented = documentedServer(() => documentedAnswer)
      const proxy = await proxyTo(world, (request, response) =>
        request.url?.startsWith("/api/3/") === true
          ? documented(request, response)
          : hook.listener(request, response)
      )
      const ran = await world.run(["run", "--fail-on", "rejected", "--json", ...fast], {
        env: accountBehind({
          HTTPS_PROXY: `http://${proxy.host}`,
          AC_RECONCILE_NOTIFY: `https://${hostOnlyTheProxyKnows}/${secret}`
        })
      })
      expect(ran).toMatchObject({ code: 3, stderr: "" })
      expect(envelopeOf(ran.stdout).warnings).toEqual([
        `--notify: ${hostOnlyTheProxyKnows} answered 302. The run is not affected by that.`
      ])
      expect(hook.received.map(({ path }) => path)).toEqual([`/${secret}`])
      expectNoSecret(hook.received, ran)
    })
  )

  it(
    "is no setting of a project, and its URL is in no error",
    inWorld(async (world) => {
      world.write("ac-reconcile.toml", `notify = "https://hooks.example.com/${secret}"\n`)
      const set = await world.run(["run"], { env: account(closedPort) })
      expect(set).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("cannot be set in the file of a project")
      })
      world.write("ac-reconcile.toml", "")
      const wrong = await world.run(["run", "--ping", `hooks.example.com/${secret}`])
      expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("--ping is not a URL") })
      const env = { AC_RECONCILE_PING: `https://hooks.example.com/${secret}` }
      const shown = await world.run(["doctor"], { env })
      expect(shown.stdout).toMatch(/ping +a URL of hooks\.example\.com +AC_RECONCILE_PING/)
      const scheduled = await world.run(["schedule", "--cron"], { env })
      expect(scheduled.stdout).toContain("AC_RECONCILE_PING is a secret")
      expectNoSecret([], set, wrong, shown, scheduled)
    })
  )
})

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
