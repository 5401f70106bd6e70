import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { describe, expect, it } from "vitest"
import { conclusions, pragma, rows } from "./support/database.js"
import { laterCommand } from "./support/laterCommand.js"
import { account, type Call, inWorld, type World } from "./support/World.js"

/** CI kills 60 times, 200 with AC_KILLS=200. The moments are drawn from AC_KILL_SEED, which a failure names. */
const kills = Number(process.env.AC_KILLS ?? 12)
const seed = process.env.AC_KILL_SEED ?? String(Date.now())

const fates = ["created", "rejected", "silent", "contradictory", "updated"] as const

const scenario = {
  batches: Array.from({ length: 10 }, (_, batch) => ({
    batchId: `batch-${batch}`,
    stages: { unset: 0, waiting: 20, claimed: 20, active: 60 * batch },
    contacts: Array.from({ length: 4 }, (_, contact) => ({
      email: `contact-${contact}@batch-${batch}.example.test`,
      becomes: fates[(batch + contact) % fates.length] ?? ("created" as const)
    }))
  }))
}

const sent = [
  "email,batch,note",
  ...scenario.batches.flatMap(({ batchId, contacts }) =>
    contacts.map(({ email }, at) => `${email},${batchId},${at}`)
  ),
  // Enough for the load, the export and the copy to take their time.
  ...Array.from({ length: 4000 }, (_, at) => `other-${at}@example.test,,${at}`),
  ",batch-0,an address is missing",
  ""
].join("\n")

interface Scene {
  readonly name: string
  /** In the folder that the command is then run in. */
  readonly before: ReadonlyArray<ReadonlyArray<string>>
  readonly command: ReadonlyArray<string>
  /** Whether the command is the one of a later version. */
  readonly isLater?: boolean
}

const load = ["contacts", "load", "sent.csv", "--batch-column", "batch", "--source", "crm"]
const run = ["run", "--requests-per-second", "1000", "--account-limit", "1000"]

const scenes: ReadonlyArray<Scene> = [
  { name: "contacts load", before: [], command: load },
  { name: "run", before: [load], command: run },
  { name: "export", before: [load, run], command: ["export", "outcomes", "--output", "outcomes.csv"] },
  { name: "snapshot", before: [load, run], command: ["snapshot", "copy.db"] },
  {
    name: "erase",
    before: [load, run],
    command: ["erase", "contact-0@batch-3.example.test", "--yes"]
  },
  {
    name: "purge",
    before: [load, run],
    command: ["purge", "--older-than", "1ms", "--yes"]
  },
  { name: "a migration", before: [load, run], command: ["reconcile"], isLater: true }
]

const inFolder = (folder: string, args: ReadonlyArray<string>) => [
  ...args.map((arg) => (/\.(?:csv|db)$/.test(arg) ? join(folder, arg) : arg)),
  "--db",
  join(folder, "reconcile.db")
]

const withoutTimes = (all: ReadonlyArray<Readonly<Record<string, unknown>>>) =>
  all.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !name.endsWith("_at"))))

/** All that a folder holds which does not depend on the time. */
const content = (folder: string) => {
  const file = join(folder, "reconcile.db")
  expect(pragma(file, "integrity_check")).toBe("ok")
  expect(rows(file, "PRAGMA foreign_key_check")).toEqual([])
  const output = join(folder, "outcomes.csv")
  return {
    files: readdirSync(folder).sort(),
    export: existsSync(output) ? readFileSync(output, "utf8") : undefined,
    ...conclusions(file),
    links: withoutTimes(rows(file, "SELECT * FROM links ORDER BY contact_id, email_key")),
    lookups: rows(file, "SELECT DISTINCT email_key, email, contact_id FROM lookups ORDER BY 1")
  }
}

const later = laterCommand()

const succeed = async (world: World, args: ReadonlyArray<string>, call: Call) => {
  const ended = await world.run(args, call)
  expect(ended.code, `${args.join(" ")}: ${ended.stderr}`).toBe(0)
}

/** A folder in which everything before the command has been done. */
const prepare = async (world: World, scene: Scene, env: Readonly<Record<string, string>>) => {
  const folder = `${scene.name}-before`
  mkdirSync(world.path(folder))
  world.write(`${folder}/sent.csv`, sent)
  for (const args of scene.before) await succeed(world, inFolder(folder, args), { env })
  return folder
}

describe("a command killed at any moment", () => {
  it(
    "leaves a file that the same command completes, with nothing left over",
    inWorld(async (world) => {
      const random = Random.make(seed)
      const url = await world.simulate(scenario)
      const env = account(url)
      let killed = 0
      for (const [index, scene] of scenes.entries()) {
        const before = await prepare(world, scene, env)
        const copy = (name: string) => {
          cpSync(world.path(before), world.path(name), { recursive: true })
          return name
        }
        const call = scene.isLater === true ? { env, bin: later } : { env }
        const whole = copy(`${scene.name}-whole`)
        const began = performance.now()
        await succeed(world, inFolder(whole, scene.command), call)
        const took = performance.now() - began
        const expected = content(world.path(whole))

        const times = Math.floor((kills + index) / scenes.length)
        for (let time = 0; time < times; time++) {
          const folder = copy(`${scene.name}-${time}`)
          const moment = took * Effect.runSync(random.nextRange(0.1, 1.1))
          const place = `${scene.name} after ${moment.toFixed(0)} ms, AC_KILL_SEED=${seed}`
          const started = world.start(inFolder(folder, scene.command), call)
          const timer = setTimeout(() => started.process.kill("SIGKILL"), moment)
          const ended = await started.ended
          clearTimeout(timer)
          if (ended.signal === "SIGKILL") killed += 1
          const again = await world.run(inFolder(folder, scene.command), call)
          // A copy or an erasure that was finished before it was killed is there already.
          expect([0, scene.name === "snapshot" ? 2 : 0], `${place}: ${again.stderr}`).toContain(again.code)
          expect(content(world.path(folder)), place).toEqual(expected)
        }
      }
      expect(killed).toBeGreaterThan(kills / 3)
    }),
    1_200_000
  )
})
