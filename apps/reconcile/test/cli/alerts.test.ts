import { describe, expect, it } from "vitest"
import { values } from "./support/database.js"
import { documentedAnswer, documentedContacts, documentedServer, fast } from "./support/documented.js"
import { accountBehind, hostOnlyTheProxyKnows, proxyTo } from "./support/proxied.js"
import { expectNoSecret, type Received, receiver, secret } from "./support/receiver.js"
import { envelopeOf } from "./support/said.js"
import { closedPort, expectNoToken, prepared } from "./support/trouble.js"
import { account, inWorld } from "./support/World.js"

const notices = (received: ReadonlyArray<Received>) =>
  received.map(({ text }): Record<string, unknown> => JSON.parse(text))

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
