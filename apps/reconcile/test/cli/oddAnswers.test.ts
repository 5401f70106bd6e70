import { describe, expect, it } from "vitest"
import { values } from "./support/database.js"
import { envelopeOf } from "./support/said.js"
import { expectNoToken } from "./support/trouble.js"
import { account, batchIdOf, inWorld, token, type World } from "./support/World.js"

interface Answer {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body: string
}

const completed = (success: string, failure: string): Answer => ({
  body: `{"status":"completed","success":${success},"failure":${failure}}`
})
const deep = `${"[".repeat(3000)}${"]".repeat(3000)}`
const page: Answer = {
  status: 403,
  headers: { "cf-mitigated": "challenge", "content-type": "text/html" },
  body: "<html>Just a moment...</html>"
}

type Batches = { readonly [batchId: string]: ReadonlyArray<Answer> }

/** An account whose batches answer by script, the last answer for ever; it has no contacts. */
const scripted = (batches: Batches, use: (world: World, env: Record<string, string>) => Promise<void>) =>
  inWorld(async (world) => {
    const calls = new Map<string, number>()
    const url = await world.serve((request, response) => {
      const batchId = batchIdOf(request) ?? ""
      const script = batches[batchId] ?? [{ body: '{"contacts":[],"meta":{"total":"0"}}' }]
      const call = calls.get(batchId) ?? 0
      calls.set(batchId, call + 1)
      const { body, headers, status } = script[Math.min(call, script.length - 1)] ?? { body: "" }
      response.writeHead(status ?? 200, { "content-type": "application/json", ...headers }).end(body)
    })
    await use(world, account(url))
  })

const run = (world: World, env: Record<string, string>, batchIds: ReadonlyArray<string>) => {
  world.write("sent.csv", `email,batch_id\n${batchIds.map((id) => `${id}@x.test,${id}\n`).join("")}`)
  return world.run(["contacts", "load", "sent.csv", "--batch-column", "batch_id"]).then(() =>
    world.run(["run", "--requests-per-second", "1000", "--account-limit", "1000", "--deadline", "1m"], {
      env
    })
  )
}

const statuses = (world: World) =>
  values(world.path("reconcile.db"), "SELECT batch_id || ' ' || status FROM batch_answers ORDER BY batch_id")

describe.concurrent("an unexpected answer", () => {
  it(
    "is an error of its own batch if it is nested too deep, not of the program",
    scripted(
      {
        "a-deep": [{ body: `{"status":${deep}}` }],
        "b-deep": [completed(`["1",${deep}]`, "[]")],
        "c-right": [completed('["1"]', "[]")]
      },
      async (world, env) => {
        const ran = await run(world, env, ["a-deep", "b-deep", "c-right"])
        expect(ran.code).toBe(6)
        expect(ran.stderr).not.toMatch(/call stack|bug in ac-reconcile/)
        expect(ran.stderr).toContain("nested deeper than 1,000 levels")
        expect(statuses(world)).toEqual(["c-right completed"])
        const again = await world.run(["run", "--requests-per-second", "1000", "--account-limit", "1000"], {
          env
        })
        expect(again.code).toBe(6)
        const asked = await world.run(["status", "a-deep"], { env })
        expect(asked.code).toBe(6)
        expect(asked.stderr).toContain("nested deeper than 1,000 levels")
      }
    )
  )

  it(
    "settles its batch if only its lists are odd, and says so in a finding",
    scripted(
      {
        object: [completed('{"0":"1","2":"3"}', "{}")],
        odd: [completed('["1",null,"0"]', '["b\\udfff@x.test"]')]
      },
      async (world, env) => {
        const ran = await run(world, env, ["object", "odd"])
        expect(ran.code).toBe(0)
        expect(ran.stdout).toContain("unreadable-item")
        expect(statuses(world)).toEqual(["object completed", "odd completed"])
        expect(
          values(
            world.path("reconcile.db"),
            "SELECT contact_id FROM batch_successes ORDER BY batch_id, position"
          )
        ).toEqual(["1", "3", "1"])
        expect(values(world.path("reconcile.db"), "SELECT hex(email) FROM batch_failures")).toEqual([
          "62EFBFBD40782E74657374"
        ])
      }
    )
  )

  it(
    "is asked for once more if it is JSON of another shape, and more often if a firewall is in the way",
    scripted(
      {
        empty: [{ body: "{}" }, completed('["1"]', "[]")],
        guarded: [page, page, completed('["2"]', "[]")],
        other: [{ body: "null" }, completed('["3"]', "[]")]
      },
      async (world, env) => {
        const ran = await run(world, env, ["empty", "guarded", "other"])
        expect(ran.code).toBe(0)
        expect(ran.stderr).not.toContain("refused the API token")
        expect(statuses(world)).toEqual(["empty completed", "guarded completed", "other completed"])
      }
    )
  )

  it(
    "hides the API token that it repeats, on the screen and in the file",
    scripted({ echo: [completed(`["7","${token}"]`, `["${token}@x.test"]`)] }, async (world, env) => {
      const asked = await world.run(["status", "echo"], { env })
      expect(asked.stdout).toContain("<redacted>@x.test")
      const told = await world.run(["status", "echo", "--json"], { env })
      expect(envelopeOf(told.stdout).data).toMatchObject({
        success: ["7"],
        failure: ["<redacted>@x.test"],
        unreadable: [{ list: "success", position: 1, value: '"<redacted>"' }]
      })
      const ran = await run(world, env, ["echo"])
      for (const { stderr, stdout } of [asked, told, ran]) expect(stdout + stderr).not.toContain(token)
      expectNoToken(world)
    })
  )

  it(
    "that calls the batch ID invalid keeps its own words",
    scripted(
      { wrong: [{ status: 400, body: `{"success":0,"message":"'batchId' is not valid"}` }] },
      async (world, env) => {
        const asked = await world.run(["status", "wrong"], { env })
        expect(asked.stderr).toContain("'batchId' is not valid")
        expect(asked.stderr).not.toContain("missing")
      }
    )
  )
})
