import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { dump, values } from "./support/database.js"
import { documentedAnswer, documentedServer, fast } from "./support/documented.js"
import { accountBehind, proxyTo } from "./support/proxied.js"
import { envelopeOf, expectCleanOutput, expectDone, expectRefusal } from "./support/said.js"
import { closedPort, expectNoToken, prepared } from "./support/trouble.js"
import { account, type Ended, inWorld, type World } from "./support/World.js"

const documented = documentedServer(() => documentedAnswer)
const settled = (db: string) => values(db, "SELECT status FROM batch_overview")

const user = "net-user@corp"
const password = "p@ss/word:100%"
const escaped = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`
const secrets = [
  password,
  encodeURIComponent(password),
  user,
  encodeURIComponent(user),
  Buffer.from(`${user}:${password}`).toString("base64")
]

/** Neither said nor kept, in any spelling. */
const expectNoSecret = (world: World, ...said: ReadonlyArray<Ended>) => {
  const files = readdirSync(world.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
  for (const text of [...said.flatMap(({ stderr, stdout }) => [stdout, stderr]), ...files]) {
    for (const secret of secrets) expect(text).not.toContain(secret)
  }
}

describe.concurrent("an account behind a proxy", () => {
  it(
    "is reached through HTTPS_PROXY, and only the proxy resolves its host",
    inWorld(async (world) => {
      const db = await prepared(world)
      const proxy = await proxyTo(world, documented)
      const ran = await world.run(["run", "--once", ...fast], {
        env: accountBehind({ HTTPS_PROXY: `http://${proxy.host}` })
      })
      expectCleanOutput(ran)
      expect(ran).toMatchObject({ code: 0, stderr: "" })
      expect(settled(db)).toEqual(["completed"])
      expect(proxy.asked).toEqual([{ target: "account.api-us1.example.test:443", authorization: undefined }])
    })
  )

  it(
    "is reached in each spelling of the variable",
    inWorld(async (world) => {
      const proxy = await proxyTo(world, documented)
      for (const variable of ["https_proxy", "HTTP_PROXY", "http_proxy"]) {
        const env = accountBehind({ [variable]: `http://${proxy.host}` })
        expectDone(await world.run(["status", "batch-1"], { env }))
      }
      expect(proxy.asked).toHaveLength(3)
    })
  )

  it(
    "is reached through a proxy over TLS",
    inWorld(async (world) => {
      const proxy = await proxyTo(world, documented, { secure: true, credentials: "ada:secret" })
      const asked = await world.run(["status", "batch-1"], {
        env: accountBehind({ HTTPS_PROXY: `https://ada:secret@${proxy.host}` })
      })
      expectDone(asked)
      expect(proxy.asked).toHaveLength(1)
    })
  )

  it(
    "is reached with credentials, which are neither shown nor stored",
    inWorld(async (world) => {
      const db = await prepared(world)
      const proxy = await proxyTo(world, documented, { credentials: `${user}:${password}` })
      const env = accountBehind({ HTTPS_PROXY: `http://${escaped}@${proxy.host}` })
      const ran = await world.run(["run", "--log-level", "all", "--once", ...fast], { env })
      expect(ran).toMatchObject({ code: 0 })
      expect(settled(db)).toEqual(["completed"])
      const json = await world.run(["status", "batch-1", "--json"], { env })
      expect(json.code).toBe(0)
      expectNoSecret(world, ran, json)
      expectNoToken(world)
    })
  )

  it(
    "is not blamed if the proxy refuses the credentials, and the proxy is asked once",
    inWorld(async (world) => {
      const db = await prepared(world)
      const before = dump(db)
      const proxy = await proxyTo(world, documented, { credentials: "somebody:else" })
      const env = accountBehind({ HTTPS_PROXY: `http://${escaped}@${proxy.host}` })
      const sentence = `through proxy ${proxy.host}: no connection to ActiveCampaign: the proxy does not accept the user name and password in HTTPS_PROXY (407, ERR_PROXY_TUNNEL). The account was not asked. Check the proxy and its settings.`
      const ran = await world.run(["run", "--log-level", "all", ...fast], { env })
      expectCleanOutput(ran)
      expect(ran).toMatchObject({ code: 1, stdout: "Following 1 batch …\n" })
      expect(ran.stderr).toContain(sentence)
      expect(ran.stderr).not.toMatch(/token/)
      expect(proxy.asked).toHaveLength(1)
      const json = await world.run(["run", "--json", ...fast], { env })
      expect(json).toMatchObject({ code: 1, stderr: "" })
      expect(envelopeOf(json.stdout).error).toEqual({
        code: "ApiUnavailable",
        message: expect.stringContaining(sentence),
        exit_code: 1
      })
      expect(dump(db)).toEqual(before)
      expectNoSecret(world, ran, json)
    })
  )

  it(
    "is not asked if the proxy wants credentials, and the message says so",
    inWorld(async (world) => {
      const proxy = await proxyTo(world, documented, { credentials: "somebody:else" })
      const asked = await world.run(["status", "batch-1"], {
        env: accountBehind({ HTTPS_PROXY: `http://${proxy.host}` })
      })
      expectRefusal(
        asked,
        1,
        /the proxy requires a user name and password, but HTTPS_PROXY has none \(407, ERR_PROXY_TUNNEL\)/
      )
    })
  )

  it(
    "leaves the ledger as it was if the proxy forbids the host",
    inWorld(async (world) => {
      const db = await prepared(world)
      const before = dump(db)
      const proxy = await proxyTo(world, documented, {
        instead: (client) =>
          client.end("HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\n\r\n<h1>No</h1>")
      })
      const ran = await world.run(["run", ...fast], {
        env: accountBehind({ https_proxy: `http://${proxy.host}` })
      })
      expectCleanOutput(ran)
      expect(ran.code).toBe(1)
      expect(ran.stderr).toMatch(
        /through proxy 127\.0\.0\.1:\d+: .*the proxy refused to connect to the account's host \(403/
      )
      expect(ran.stderr).not.toMatch(/token/)
      expect(dump(db)).toEqual(before)
    })
  )

  it(
    "is not blamed if something in the tunnel asks for credentials",
    inWorld(async (world) => {
      const db = await prepared(world)
      const before = dump(db)
      const proxy = await proxyTo(world, (_request, response) => response.writeHead(407).end("<h1>Who?</h1>"))
      const ran = await world.run(["run", ...fast], {
        env: accountBehind({ HTTPS_PROXY: `http://${proxy.host}` })
      })
      expectCleanOutput(ran)
      expect(ran.code).toBe(1)
      expect(ran.stderr).toMatch(
        /through proxy .* in front of the API answered 407.* says nothing about the API token/
      )
      expect(dump(db)).toEqual(before)
    })
  )

  it(
    "exits with 4 and names both if it refuses the token through the proxy",
    inWorld(async (world) => {
      const proxy = await proxyTo(world, documented)
      const asked = await world.run(["status", "batch-1"], {
        env: {
          ...accountBehind({ HTTPS_PROXY: `http://${proxy.host}` }),
          ACTIVECAMPAIGN_API_KEY: "another-token"
        }
      })
      expectRefusal(
        asked,
        4,
        /^ac-reconcile: GET \/import\/info\?batchId=batch-1 through proxy 127\.0\.0\.1:\d+: ActiveCampaign refused the API token with 403/
      )
    })
  )

  it(
    "is reported with what to set if its certificate is not trusted",
    inWorld(async (world) => {
      const db = await prepared(world)
      const before = dump(db)
      const proxy = await proxyTo(world, documented)
      const { NODE_EXTRA_CA_CERTS, ...env } = accountBehind({ HTTPS_PROXY: `http://${proxy.host}` })
      expect(NODE_EXTRA_CA_CERTS).not.toBe("")
      const ran = await world.run(["run", "--once", ...fast], { env })
      expectCleanOutput(ran)
      expect(ran.code).toBe(1)
      expect(ran.stderr).toMatch(
        /through proxy 127\.0\.0\.1:\d+: no connection to ActiveCampaign: UNABLE_TO_\w+ .*NODE_EXTRA_CA_CERTS\.$/m
      )
      expect(dump(db)).toEqual(before)
    })
  )

  it(
    "is asked directly if NO_PROXY names it",
    inWorld(async (world) => {
      const proxy = await proxyTo(world, documented)
      const asked = await world.run(["status", "batch-1"], {
        env: accountBehind({ HTTPS_PROXY: `http://${proxy.host}`, NO_PROXY: "intern.test, .example.test" })
      })
      expectCleanOutput(asked)
      expect(asked).toMatchObject({ code: 1, stdout: "" })
      expect(asked.stderr).toMatch(/no connection to ActiveCampaign: .*(ENOTFOUND|EAI_AGAIN)/)
      expect(asked.stderr).not.toMatch(/prox/)
      expect(proxy.asked).toEqual([])
    })
  )
})

describe.concurrent("an account on this machine", () => {
  const anywhere = (value: string) => ({
    HTTPS_PROXY: value,
    HTTP_PROXY: value,
    https_proxy: value,
    http_proxy: value,
    NO_PROXY: ""
  })
  // Node 22 warns that its own way through proxies is experimental.
  const byNodeToo = { ...anywhere(closedPort), NODE_USE_ENV_PROXY: "1", NODE_NO_WARNINGS: "1" }

  for (const [what, proxies] of [
    ["dead", byNodeToo],
    // With NODE_USE_ENV_PROXY, Node itself would end before it runs anything.
    ["malformed", anywhere("http://user:secret@")]
  ] as const) {
    it(
      `is never asked through a proxy, even a ${what} one`,
      inWorld(async (world) => {
        const db = await prepared(world)
        const url = await world.serve(documented)
        const env = { ...proxies, ...account(url.replace("127.0.0.1", "localhost")) }
        expect(await world.run(["run", "--once", ...fast], { env })).toMatchObject({ code: 0, stderr: "" })
        expect(settled(db)).toEqual(["completed"])
      })
    )
  }

  it(
    "works in the demo under any setting",
    inWorld(async (world) => {
      const demo = await world.run(["demo", "--json"], { env: byNodeToo })
      expect(demo).toMatchObject({ code: 0, stderr: "" })
    })
  )
})

describe.concurrent("an invalid proxy setting", () => {
  it(
    "exits with 2, and its variable is named without its value",
    inWorld(async (world) => {
      const db = await prepared(world)
      const before = dump(db)
      for (const [variable, value] of [
        ["HTTPS_PROXY", `${escaped}@proxy.example.test:3128`],
        ["http_proxy", `http://net-user%40corp:12/${password}@proxy.example.test:3128`]
      ] as const) {
        const ran = await world.run(["run", ...fast], { env: accountBehind({ [variable]: value }) })
        expectRefusal(ran, 2, new RegExp(`^ac-reconcile: ${variable} cannot be used: `))
        expect(ran.stderr).not.toMatch(/net-user|ss\/word|word%3A|:12/)
        expectNoSecret(world, ran)
      }
      expect(dump(db)).toEqual(before)
    })
  )
})
