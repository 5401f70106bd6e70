import { chmodSync, cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import Sqlite from "better-sqlite3"
import { describe, expect, it } from "vitest"
import { digestWithoutTimes } from "./support/database.js"
import { documentedServer } from "./support/documented.js"
import { accountBehind, proxyTo } from "./support/proxied.js"
import { envelopeOf, expectCleanOutput, expectDone } from "./support/said.js"
import { closedPort, expectNoToken, prepared } from "./support/trouble.js"
import { account, bin, type Call, type Ended, inWorld, token, type World } from "./support/World.js"

interface Check {
  readonly check: string
  readonly state: string
  readonly says: string
  readonly remedy: string | null
}

interface Doctor {
  readonly checks: ReadonlyArray<Check>
  readonly settings: ReadonlyArray<{
    readonly setting: string
    readonly value: string | null
    readonly source: string
  }>
  readonly next_run: Readonly<Record<string, number>> | null
}

const isDoctor = (data: unknown): data is Doctor =>
  typeof data === "object" && data !== null && "checks" in data && Array.isArray(data.checks)

const dataOf = ({ stdout }: Ended): Doctor => {
  const { data } = envelopeOf(stdout)
  if (!isDoctor(data)) throw new Error(`no report in ${stdout}`)
  return data
}

const examine = async (world: World, args: ReadonlyArray<string>, call: Call = {}) => {
  const ended = await world.run(["doctor", "--json", ...args], call)
  expectCleanOutput(ended)
  expect(ended.stderr).toBe("")
  const data = dataOf(ended)
  const found = (name: string) => data.checks.find(({ check }) => check === name)
  const others = data.checks.filter(({ state }) => state !== "ok").map(({ check }) => check)
  return { code: ended.code, data, found, others }
}

/** An account that answers one question, with a clock of its own. */
const accountAt = (world: World, clock: () => Date) =>
  world.serve((request, response) => {
    const isKnown = request.headers["api-token"] === token
    response.sendDate = false
    response.writeHead(isKnown ? 200 : 403, {
      "content-type": "application/json",
      date: clock().toUTCString()
    })
    response.end(
      isKnown
        ? '{"contacts":[{"id":"4000","email":"a@x.test"}],"meta":{"total":"1"}}'
        : '{"message":"Forbidden"}'
    )
  })

const now = () => new Date()

describe.concurrent("doctor", () => {
  it(
    "finds nothing if nothing is wrong, says what a run would cost, and changes nothing in the file",
    inWorld(async (world) => {
      const db = await prepared(world)
      const before = digestWithoutTimes(db)
      const env = account(await accountAt(world, now))
      const { code, data, found, others } = await examine(world, [], { env })
      expect({ code, others }).toEqual({ code: 0, others: [] })
      expect(data.checks.map(({ check }) => check)).toEqual([
        "settings",
        "sqlite",
        "url",
        "proxy",
        "key",
        "token",
        "clock",
        "rate",
        "file",
        "mode",
        "integrity",
        "foreign-keys",
        "schema",
        "lease",
        "account-of-file",
        "purges",
        "oldest-open-batch",
        "next-run"
      ])
      expect(found("token")?.says).toContain("newest contact ID is 4000")
      expect(data.next_run).toMatchObject({ batches: 1, contact_ids: 0, addresses: 0, calls: 1, left: 0 })
      expect(digestWithoutTimes(db)).toEqual(before)
      const told = await world.run(["doctor"], { env })
      expectDone(told)
      expect(told.stdout).toMatch(/^All is well\.\n\n {2}ok {4}settings: /)
      expectNoToken(world)
    })
  )

  it(
    "says what a run would compare with what was sent",
    inWorld(async (world) => {
      const contacts = Array.from({ length: 150 }, (_, at) => ({ email: `c${at}@x.test`, first_name: "Ada" }))
      world.write("payload.json", JSON.stringify({ contacts: [...contacts, { email: "bare@x.test" }] }))
      const sent = { contacts: [...contacts, { email: "bare@x.test" }].map(({ email }) => ({ email })) }
      const env = account(await world.simulate({ batches: [{ batchId: "b1", ...sent }] }))
      world.write(
        "contacts.csv",
        `email,batch\n${sent.contacts.map(({ email }) => `${email},b1\n`).join("")}`
      )
      expectDone(await world.run(["contacts", "load", "contacts.csv", "--batch-column", "batch"]))
      expectDone(await world.run(["run"], { env }))
      expect((await examine(world, [], { env })).found("next-run")?.says).toBe(
        "A run would have nothing to do."
      )
      expectDone(await world.run(["batches", "add", "--id", "b1", "--sent", "payload.json"]))
      const { data, found } = await examine(world, [], { env })
      expect(found("next-run")?.says).toContain("compare 150 contacts with what was sent in 6 calls")
      expect(data.next_run).toMatchObject({
        contacts: 150,
        contacts_again: 0,
        check_calls: 6,
        calls: 6,
        left: 0
      })
      // With so few calls, a run reads only the names that values need.
      const few = await examine(world, ["--max-calls", "2"], { env })
      expect(few.data.next_run).toMatchObject({ check_calls: 4, calls: 2, left: 2 })
      expectDone(await world.run(["run"], { env }))
      expect((await examine(world, [], { env })).found("next-run")?.says).toBe(
        "A run would have nothing to do."
      )
    })
  )

  it(
    "says what to do about each failure, and exits as a command would",
    inWorld(async (world) => {
      const none = await examine(world, [])
      expect(none.code).toBe(2)
      expect(none.found("url")).toMatchObject({
        state: "fail",
        remedy: expect.stringContaining("ac-reconcile init")
      })
      expect(none.found("file")?.says).toContain("is not there yet")

      const url = await accountAt(world, now)
      const refused = await examine(world, [], { env: account(url, "not-the-token") })
      expect(refused.code).toBe(4)
      expect(refused.found("token")).toMatchObject({
        state: "fail",
        remedy: expect.stringContaining("Settings > Developer")
      })

      const nobody = await examine(world, [], { env: account(closedPort) })
      expect(nobody.code).toBe(1)
      expect(nobody.others).toEqual(["token", "clock"])

      const noUrl = await examine(world, [], { env: account(`https://${token}@x.test`) })
      expect(noUrl.code).toBe(2)
      expect(noUrl.found("url")?.state).toBe("fail")

      const text = await world.run(["doctor"], { env: account(url, "not-the-token") })
      expect(text.stdout).toMatch(/^1 failed, \d+ well$/m)
      expect(text.stdout).toMatch(/^ {2}FAIL {2}token: .*refused/m)
      expect(text.stdout).toMatch(/^ {8}To do: /m)
      for (const line of text.stdout.split("\n").filter((one) => !one.includes(world.folder))) {
        expect(line.length, line).toBeLessThanOrEqual(80)
      }
    })
  )

  it(
    "compares the clock with that of the account",
    inWorld(async (world) => {
      const early = await accountAt(world, () => new Date(Date.now() - 600_000))
      const late = await accountAt(world, () => new Date(Date.now() + 600_000))
      const [ahead, behind] = [
        await examine(world, [], { env: account(early) }),
        await examine(world, [], { env: account(late) })
      ]
      expect(ahead).toMatchObject({ code: 0, others: ["clock"] })
      expect(ahead.found("clock")?.says).toMatch(/is (10m|9m 5\ds).* ahead of that of the account/)
      expect(behind.found("clock")?.says).toMatch(/is (10m|9m 5\ds).* behind that of the account/)
    })
  )

  it(
    "names the proxy, with any credentials",
    inWorld(async (world) => {
      const { host } = await proxyTo(world, (_, response) => response.writeHead(403).end("{}"), {
        credentials: "user:pass-word"
      })
      const env = accountBehind({ HTTPS_PROXY: `http://user:pass-word@${host}` })
      const { data, found } = await examine(world, [], { env })
      expect(found("proxy")).toMatchObject({
        state: "ok",
        says: `The account is reached through ${host}, from HTTPS_PROXY.`
      })
      expect(JSON.stringify(data)).not.toContain("pass-word")
      const odd = await examine(world, [], { env: { ...env, HTTPS_PROXY: "socks5://x" } })
      expect(odd.found("proxy")?.state).toBe("fail")
    })
  )

  it(
    "says what is wrong with a file",
    inWorld(async (world) => {
      const db = await prepared(world)
      const env = account(await accountAt(world, now))
      const of = (file: string) => examine(world, ["--db", file], { env })
      world.write("text.db", "not a database, but long enough to be looked at ".repeat(9))
      expect(await of("text.db")).toMatchObject({ code: 7, others: ["file"] })

      chmodSync(db, 0o644)
      const open = await of(db)
      expect(open).toMatchObject({ code: 0, others: ["mode"] })
      expect(open.found("mode")).toMatchObject({ state: "warn", remedy: `Run: chmod 600 ${db}` })
      symlinkSync(db, world.path("link.db"))
      expect((await of("link.db")).found("file")?.says).toContain(`which leads to ${db}`)

      const copy = (name: string, change: (database: Sqlite.Database) => void) => {
        cpSync(db, world.path(name))
        chmodSync(world.path(name), 0o600)
        const database = new Sqlite(world.path(name))
        database.pragma("foreign_keys = OFF")
        change(database)
        database.close()
        return name
      }
      const orphaned = copy("orphaned.db", (database) => database.exec("DELETE FROM numbered_batches"))
      expect(await of(orphaned)).toMatchObject({ code: 7, others: ["foreign-keys"] })
      const newer = copy("newer.db", (database) => database.pragma("user_version = 99"))
      expect(await of(newer)).toMatchObject({ code: 7, others: ["file"] })
      const other = copy("other.db", (database) =>
        database.exec(
          "INSERT INTO accounts VALUES (1, 'https://other.api-us1.com/api/3', '2031-01-01T00:00:00.000Z')"
        )
      )
      expect(await of(other)).toMatchObject({ code: 7, others: ["account-of-file"] })
      const old = copy("old.db", (database) =>
        database.exec("UPDATE numbered_batches SET added_at = '2020-01-01T00:00:00.000Z'")
      )
      const waiting = await of(old)
      expect(waiting).toMatchObject({ code: 0, others: ["oldest-open-batch"] })
      expect(waiting.found("oldest-open-batch")?.says).toMatch(/^batch-1, the oldest of 1 batch/)

      const damaged = copy("damaged.db", () => {})
      const bytes = readFileSync(world.path(damaged))
      bytes.fill(0x5a, 3 * 8192, 9 * 8192)
      writeFileSync(world.path(damaged), bytes)
      const broken = await of(damaged)
      expect(broken.code).toBe(7)
      expect(broken.others).toContain("integrity")
    })
  )

  it(
    "sees the run that is at work",
    inWorld(async (world) => {
      await prepared(world)
      const url = await world.serve(documentedServer(() => '{"status":"active"}'))
      const run = world.start(["run", "--no-lookup", "--no-resolve", "--deadline", "60s"], {
        env: account(url)
      })
      let says: string | undefined
      for (let tries = 0; tries < 50 && says?.startsWith("A run has been at work") !== true; tries++) {
        says = (await examine(world, [], { env: account(url) })).found("lease")?.says
      }
      expect(says).toMatch(new RegExp(`^A run has been at work since .*process ${run.process.pid} on `))
      run.process.kill("SIGINT")
      await run.ended
    })
  )

  it(
    "says where each setting comes from, and what is wrong with the files",
    inWorld(async (world) => {
      const url = await accountAt(world, now)
      world.write("key", token)
      chmodSync(world.path("key"), 0o640)
      world.write(
        ".config/ac-reconcile/config.toml",
        `[profiles.a]\nurl = "${url}"\napi_key_file = "~/key"\n`
      )
      world.write("ac-reconcile.toml", 'profile = "a"\nmax_calls = 7\n')
      const { data, others } = await examine(world, ["--requests-per-second", "2"], {
        env: { AC_RECONCILE_ACCOUNT_LIMIT: "3" }
      })
      expect(others).toEqual(["key"])
      const file = world.path(".config/ac-reconcile/config.toml")
      expect(data.settings).toEqual([
        { setting: "profile", value: "a", source: "profile in ac-reconcile.toml" },
        { setting: "url", value: `${url}/api/3`, source: `profiles.a.url in ${file}` },
        { setting: "api_key", value: null, source: `profiles.a.api_key_file in ${file}` },
        { setting: "db", value: "./reconcile.db", source: "the default" },
        { setting: "requests_per_second", value: "2", source: "--requests-per-second" },
        { setting: "account_limit", value: "3", source: "AC_RECONCILE_ACCOUNT_LIMIT" },
        { setting: "max_calls", value: "7", source: "max_calls in ac-reconcile.toml" },
        { setting: "deadline", value: "30m", source: "the default" },
        { setting: "fail_on", value: null, source: "not set" },
        { setting: "notify", value: null, source: "not set" },
        { setting: "ping", value: null, source: "not set" }
      ])
      world.write("ac-reconcile.toml", "max_cals = 7\n")
      const broken = await examine(world, [], { env: account(url) })
      expect(broken).toMatchObject({ code: 2, others: ["settings"] })
    })
  )

  it(
    "takes the key from a pipe, once for all checks",
    inWorld(async (world) => {
      const env = { ACTIVECAMPAIGN_URL: await accountAt(world, now) }
      const { code, found } = await examine(world, ["--api-key-stdin"], { env, stdin: `${token}\n` })
      expect(code).toBe(0)
      expect(found("key")?.says).toBe("Found in standard input.")
    })
  )

  it(
    "says that SQLite cannot be loaded, while every other command just ends",
    inWorld(async (world) => {
      const app = dirname(dirname(bin))
      for (const name of ["bin", "dist/bin.js", "dist/chunks", "package.json"]) {
        cpSync(join(app, name), world.path(`app/${name}`), { recursive: true })
      }
      const lonely = world.path("app/bin/ac-reconcile.js")
      const { code, found } = await examine(world, [], { bin: lonely })
      expect(code).toBe(7)
      expect(found("sqlite")).toMatchObject({ state: "fail", says: expect.stringContaining("SQLite driver") })
      expect((await world.run(["batches", "list"], { bin: lonely })).code).toBe(7)
    })
  )
})
