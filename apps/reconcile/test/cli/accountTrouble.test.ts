import { describe, expect, it } from "vitest"
import { dump, rows, values } from "./support/database.js"
import { documentedAnswer, documentedServer, fast } from "./support/documented.js"
import { envelopeOf, expectCleanOutput, expectDone, expectRefusal } from "./support/said.js"
import { closedPort, expectNoToken, prepared } from "./support/trouble.js"
import { account, batchIdOf, inWorld, token } from "./support/World.js"

describe.concurrent("an account that cannot be asked", () => {
  it(
    "with the wrong token is refused with 4 and leaves the ledger as it was",
    inWorld(async (world) => {
      const db = await prepared(world)
      await world.run(["batches", "add", "--id", "batch-2", "--id", "batch-3"])
      const before = dump(db)
      const url = await world.simulate({ apiToken: "the-right-one", batches: [] })
      const refused = await world.run(["run", ...fast], { env: account(url) })
      expectRefusal(refused, 4, /refused the API token with 403.*Settings > Developer\.$/)
      expectRefusal(await world.run(["status", "batch-1"], { env: account(url) }), 4, /refused the API token/)
      expect(dump(db)).toEqual(before)

      const json = await world.run(["run", "--json", ...fast], { env: account(url) })
      expectCleanOutput(json)
      expect(json).toMatchObject({ code: 4, stderr: "" })
      expect(envelopeOf(json.stdout)).toEqual({
        schema: "ac-reconcile/run/1",
        ok: false,
        data: null,
        warnings: [],
        error: {
          code: "AuthenticationFailed",
          message: expect.stringContaining("refused the API token"),
          exit_code: 4
        }
      })
      expect(dump(db)).toEqual(before)
      expectNoToken(world)
    })
  )

  it(
    "with a token that is not valid in a header is refused without repeating it",
    inWorld(async (world) => {
      const db = await prepared(world)
      const before = dump(db)
      const url = await world.simulate({ batches: [] })
      const ran = await world.run(["run", "--once", ...fast], { env: account(url, `${token}\nX-Other: 1`) })
      expectRefusal(ran, 2, /API token cannot be used/)
      expect(dump(db)).toEqual(before)
      expectNoToken(world)
    })
  )

  it(
    "at an unreachable host exits with 1 and leaves the ledger as it was",
    inWorld(async (world) => {
      const db = await prepared(world)
      const before = dump(db)
      const env = account(closedPort)
      const [ran, asked] = await Promise.all([
        world.run(["run", ...fast], { env }),
        world.run(["status", "batch-1"], { env })
      ])
      const trouble = /no connection to ActiveCampaign.*ECONNREFUSED.*Check the URL and the network\.$/
      for (const [ended, named] of [
        [ran, 1],
        [asked, 0]
      ] as const) {
        expectCleanOutput(ended)
        expect(ended.code).toBe(1)
        expect(ended.stdout).toBe(named === 0 ? "" : "Following 1 batch …\n")
        const lines = ended.stderr.trimEnd().split("\n")
        for (const line of lines) expect(line).toMatch(trouble)
        // What is waited for, the batch that gave no answer, and why the command ended.
        expect(lines[0]).toMatch(/no answer yet, trying again/)
        expect(lines.filter((line) => /Batch batch-1 gave no answer for \d+s/.test(line))).toHaveLength(named)
        expect(lines).toHaveLength(2 + named)
      }
      expect(dump(db)).toEqual(before)
      expectNoToken(world)
    })
  )

  it(
    "at a host that redirects exits with 1, and the target never sees the token",
    inWorld(async (world) => {
      const db = await prepared(world)
      const before = dump(db)
      let called = 0
      const elsewhere = await world.serve((_, response) => {
        called += 1
        response.end(documentedAnswer)
      })
      const url = await world.serve((request, response) => {
        response.writeHead(302, { location: `${elsewhere}${request.url}` })
        response.end()
      })
      const asked = await world.run(["status", "batch-1"], { env: account(url) })
      expectRefusal(asked, 1, /rejected the call with 302.*A redirect usually means the URL is not/)
      const ran = await world.run(["run", ...fast], { env: account(url) })
      expectRefusal(ran, 1, /rejected the call with 302/)
      expect(called).toBe(0)
      expect(dump(db)).toEqual(before)
      expectNoToken(world)
    })
  )

  it(
    "because a setting is missing or invalid exits with 2 and leaves the ledger as it was",
    inWorld(async (world) => {
      const db = await prepared(world)
      const before = dump(db)
      const { ACTIVECAMPAIGN_API_KEY, ACTIVECAMPAIGN_URL } = account("https://account.api-us1.com")
      const cases = [
        [
          { ACTIVECAMPAIGN_API_KEY },
          /ACTIVECAMPAIGN_URL is not set\. .*api-us1\.com, or run 'ac-reconcile init'\.$/
        ],
        [
          { ACTIVECAMPAIGN_URL },
          /ACTIVECAMPAIGN_API_KEY is not set\. .*Settings > Developer, name a file .* --api-key-stdin\.$/
        ],
        [account("http://account.api-us1.com"), /http:\/\/ is not https:\/\//],
        [account("http://127.0.0.1.example.test"), /http:\/\/ is not https:\/\//],
        [account(`https://me:${token}@account.api-us1.com`), /contains a user name or password/],
        [account("account.api-us1.com"), /it is not a URL/]
      ] as const
      for (const [env, like] of cases) expectRefusal(await world.run(["run", ...fast], { env }), 2, like)
      expectRefusal(await world.run(["status", "batch-1"]), 2, /ACTIVECAMPAIGN_URL is not set/)
      expect(dump(db)).toEqual(before)
      expectNoToken(world)
    })
  )

  it(
    "other than the file's own is refused with 7 before any call",
    inWorld(async (world) => {
      const env = account(await world.serve(documentedServer(() => documentedAnswer)))
      const db = await prepared(world)
      expectDone(await world.run(["run", ...fast], { env }))
      await world.run(["batches", "add", "--id", "batch-2"])
      const before = dump(db)
      let called = 0
      const other = await world.serve((_, response) => {
        called += 1
        response.end(documentedAnswer)
      })
      const refused = await world.run(["run", ...fast], { env: account(other) })
      expectRefusal(refused, 7, /belongs to the account at .*\/api\/3, not .*\/api\/3\. Name another/)
      expect(called).toBe(0)
      expect(dump(db)).toEqual(before)
    })
  )

  it(
    "for one batch exits with 6, names the batch, and still settles the other",
    inWorld(async (world) => {
      const url = await world.serve((request, response) => {
        const fine = batchIdOf(request) === "batch-1"
        response.writeHead(200, { "content-type": fine ? "application/json" : "text/html" })
        response.end(fine ? documentedAnswer : `<html><body>Maintenance, ${token}</body></html>`)
      })
      const db = await prepared(world)
      await world.run(["batches", "add", "--id", "batch-2"])
      const ran = await world.run(["run", "--once", ...fast], { env: account(url) })
      expectCleanOutput(ran)
      expect(ran.code).toBe(6)
      const lines = ran.stderr.trimEnd().split("\n")
      for (const line of lines) expect(line).toMatch(/^ac-reconcile: .*batchId=batch-2.*html/)
      expect(lines).toHaveLength(2)
      expect(lines[0]).toMatch(/no answer yet, trying again/)
      expect(ran.stdout).toMatch(/^completed +batch-1 +6 sent: 4 imported, 2 rejected$/m)
      expect(ran.stdout).toContain("2 batches asked about, 1 settled, 1 without an answer.")
      expect(rows(db, "SELECT batch_id, error FROM batch_errors")).toEqual([
        { batch_id: "batch-2", error: "ContractBroken" }
      ])
      expect(values(db, "SELECT batch_id FROM batch_answers WHERE status = 'completed'")).toEqual(["batch-1"])
      const show = await world.run(["batches", "show", "batch-2"])
      expectDone(show)
      expect(show.stdout).toMatch(
        /^Batch batch-2 is without an answer\.\nThe last \d+ calls gave no usable answer/
      )
      expect(show.stdout).toMatch(/no answer +GET \/import\/info\?batchId=batch-2/)
      expectNoToken(world)
    })
  )
})
