import { existsSync } from "node:fs"
import * as Schema from "effect/Schema"
import { FollowImport, SettledAnswers } from "effect-activecampaign-cluster"
import { describe, expect, it } from "vitest"
import { rows } from "./support/database.js"
import { expectDone } from "./support/said.js"
import { inWorld } from "./support/World.js"

const settled = (batchId: string, status: string, id: string) => {
  const answer = { status, success: [id], failure: [`${id}@nodot`] }
  return Schema.decodeUnknownSync(FollowImport.SettledImport)({
    batchId,
    answer,
    receivedAt: "2026-11-27T08:00:00.000Z",
    body: JSON.stringify(answer)
  })
}

const lines = SettledAnswers.toNdjson([settled("b-1", "completed", "7"), settled("b-2", "failed", "8")])

describe.concurrent("settled answers of the cluster", () => {
  it(
    "are recorded for their batches, all at once, and only once",
    inWorld(async (world) => {
      world.write("settled.ndjson", lines)
      const first = await world.run(["batches", "add", "--answer", "settled.ndjson"])
      expectDone(first)
      expect(first.stdout).toMatch(/2 batches added, 2 answers recorded\./)
      const again = await world.run(["batches", "add", "--answer", "settled.ndjson"])
      expectDone(again)
      expect(again.stdout).toMatch(/0 batches added, 0 answers recorded\.\n2 answers left out/)
      expect(
        rows(world.path("reconcile.db"), "SELECT batch_id, status FROM batch_overview ORDER BY batch_id")
      ).toEqual([
        { batch_id: "b-1", status: "completed" },
        { batch_id: "b-2", status: "failed" }
      ])
    })
  )

  it(
    "are all refused if one line is not an answer, which is named",
    inWorld(async (world) => {
      world.write("settled.ndjson", `${lines}{"status":"completed"}\n`)
      const refused = await world.run(["batches", "add", "--answer", "settled.ndjson"])
      expect(refused.code).not.toBe(0)
      expect(refused.stderr).toMatch(/settled\.ndjson.*line 3/s)
      expect(existsSync(world.path("reconcile.db"))).toBe(false)
    })
  )
})
