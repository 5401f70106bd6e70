import { execFile, spawnSync } from "node:child_process"
import { mkdirSync, symlinkSync } from "node:fs"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { commandData } from "../../src/cli/json/commandData.js"
import { intervals, timesOf } from "../../src/cli/schedule/Pass.js"
import { envelopeOf, expectDone, expectRefusal } from "./support/said.js"
import { account, bin, inWorld, token, type World } from "./support/World.js"

const config = ".config/ac-reconcile/config.toml"

/** The account in files, as `init` writes them. */
const setUp = (world: World, url: string) => {
  world.write("keys/acme", `${token}\n`)
  world.write(config, `url = "${url}"\napi_key_file = "${world.path("keys/acme")}"\n`)
}

/** What cron starts for a line: its command, in `sh`, with hardly a variable and in another folder. */
const byCron = (world: World, line: string) => {
  // The command begins after five fields; `%` is escaped in a crontab.
  const command = line.split(" ").slice(5).join(" ").replaceAll("\\%", "%")
  return new Promise((resolve) => {
    const env = { PATH: "/usr/bin:/bin", HOME: world.folder, LOGNAME: "nobody" }
    execFile("/bin/sh", ["-c", command], { cwd: "/", env }, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : error.code, stderr, stdout })
    )
  })
}

const lineOf = (stdout: string) => stdout.split("\n").find((line) => /^\d/.test(line)) ?? ""

const stages = { unset: 0, waiting: 0, claimed: 0, active: 0 }
const batch = { batchId: "b-1", stages, contacts: [{ email: "a@x.test" }] }

describe("the times of a schedule", () => {
  it("are evenly spaced over a day, never on the full hour, and the same for the same ledger", () => {
    for (const minutes of intervals) {
      for (const ledger of ["/a/reconcile.db", "/b/reconcile.db", "", "/srv/импорт 😀.db"]) {
        const times = Either.getOrThrow(timesOf(minutes, ledger))
        const hours = times.hours ?? Array.from({ length: 24 }, (_, hour) => hour)
        const starts = hours.flatMap((hour) => times.minutes.map((minute) => hour * 60 + minute))
        expect(starts).toHaveLength(1440 / minutes)
        expect(new Set(starts.map((start, at) => start - at * minutes)).size).toBe(1)
        expect(times.minutes.every((minute) => Number.isInteger(minute) && minute < 60)).toBe(true)
        if (minutes !== 5) expect(times.minutes).not.toContain(0)
        expect(Either.getOrThrow(timesOf(minutes, ledger))).toEqual(times)
      }
    }
  })
})

describe.concurrent("schedule --cron", () => {
  it(
    "prints a line that works in cron's bare environment: silent if all is well, else its report",
    inWorld(async (world) => {
      const url = await world.simulate({ batches: [batch] })
      setUp(world, url)
      expectDone(await world.run(["batches", "add", "--id", "b-1"]))
      const said = await world.run(["schedule", "--cron", "--every", "15m"])
      expectDone(said)
      expect(said.stdout).not.toContain("Warning")
      expect(await byCron(world, lineOf(said.stdout))).toEqual({ status: 0, stderr: "", stdout: "" })
      const shown = await world.run(["batches", "show", "b-1"])
      expect(shown.stdout).toContain("completed")

      world.write("keys/acme", "not-the-key\n")
      expectDone(await world.run(["batches", "add", "--id", "b-2"]))
      expect(await byCron(world, lineOf(said.stdout))).toEqual({
        status: 0,
        stderr: "",
        stdout: expect.stringMatching(/refused the API token/)
      })
    })
  )

  it(
    "quotes the names of files and folders, and escapes what cron reads otherwise",
    inWorld(async (world) => {
      const folder = `it's 50% "of" $HOME`
      mkdirSync(world.path(folder))
      symlinkSync(bin, world.path("ac-reconcile.mjs"))
      const db = `${folder}/a b.db`
      expectDone(await world.run(["batches", "add", "--id", "b-1", "--db", db]))
      setUp(world, await world.simulate({ batches: [batch] }))
      const said = await world.run(["schedule", "--cron", "--db", db])
      expectDone(said)
      expect(lineOf(said.stdout)).not.toMatch(/(?<!\\)%/)
      expect(await byCron(world, lineOf(said.stdout))).toEqual({ status: 0, stderr: "", stdout: "" })
      const shown = await world.run(["batches", "show", "b-1", "--db", db])
      expect(shown.stdout).toContain("completed")
    })
  )

  it(
    "takes along the settings of this shell, but no secrets, and warns about what the scheduler does not find",
    inWorld(async (world) => {
      const alone = await world.run(["schedule", "--cron"], { env: account("https://acme.api-us1.com") })
      expectDone(alone)
      expect(alone.stdout).toContain("# Warning: The account is known only to this shell")
      const none = await world.run(["schedule", "--cron"])
      expect(none.stdout).toContain("# Warning: The account is not set up: ACTIVECAMPAIGN_URL is not set.")
      setUp(world, "https://acme.api-us1.com")
      const env = {
        AC_RECONCILE_MAX_CALLS: "50",
        NO_PROXY: "a.test, b.test",
        HTTPS_PROXY: "http://user:hunter2@proxy.test:3128"
      }
      const said = await world.run(["schedule", "--cron", "--every", "5m"], { env })
      expectDone(said)
      expect(said.stdout).toContain("--max-calls 50")
      expect(said.stdout).toContain("NO_PROXY='a.test, b.test'")
      expect(said.stdout).toContain("# Warning: HTTPS_PROXY has credentials and is not written here")
      expect(said.stdout).not.toContain("hunter2")
      const usual = await world.run(["schedule", "--cron", "--every", "5m"])
      expect(usual.stdout).toContain("--max-calls 600")
    })
  )

  it(
    "is refused without one scheduler, with an uneven interval, or a name that no line can hold",
    inWorld(async (world) => {
      expectRefusal(await world.run(["schedule"]), 2, /Choose one of --cron, --systemd and --github\.$/)
      expectRefusal(await world.run(["schedule", "--cron", "--github"]), 2, /were both given/)
      expectRefusal(
        await world.run(["schedule", "--cron", "--every", "7m"]),
        2,
        /divide an hour or a day evenly/
      )
      expectRefusal(await world.run(["schedule", "--cron", "--every", "soon"]), 2, /--every: 'soon'/)
      const broken = await world.run(["schedule", "--cron", "--db", "a\n* * * * * reboot"])
      expectRefusal(broken, 2, /has a control character/)
    })
  )
})

const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0

describe.concurrent("schedule --systemd", () => {
  it.runIf(hasSystemd)(
    "prints units that systemd accepts, for names of any kind (skipped without systemd-analyze)",
    inWorld(async (world) => {
      setUp(world, "https://acme.api-us1.com")
      for (const every of ["5m", "1h", "6h", "1d"]) {
        const args = ["schedule", "--systemd", "--every", every, "--db", `50% "of" $HOME/it's.db`, "--json"]
        const said = await world.run(args, { env: { NO_PROXY: 'a, "b" 10%' } })
        const { files } = Schema.decodeUnknownSync(commandData.schedule)(envelopeOf(said.stdout).data)
        const names = files.map(({ content, name }) =>
          world.path(world.write(name.replace("~/", ""), content))
        )
        expect(names).toHaveLength(2)
        const checked = spawnSync("systemd-analyze", ["verify", ...names], { encoding: "utf8" })
        expect(checked.stderr.split("\n").filter((line) => line.includes("ac-reconcile"))).toEqual([])
        expect(checked.status).toBe(0)
      }
    }),
    60_000
  )
})

describe.concurrent("schedule --github", () => {
  it(
    "prints a workflow with the account as secrets, and no path of this machine",
    inWorld(async (world) => {
      const said = await world.run(["schedule", "--github", "--every", "6h"], {
        env: account("https://acme.api-us1.com")
      })
      expectDone(said)
      expect(said.stdout).toContain("secrets.ACTIVECAMPAIGN_API_KEY")
      expect(said.stdout).toMatch(/- cron: "\d+ 0,6,12,18 \* \* \*"/)
      expect(said.stdout).not.toContain(world.folder)
      expect(said.stdout).not.toContain("acme")
      world.write(config, '[profiles.two]\nurl = "https://two.api-us1.com"\n')
      const other = await world.run(["schedule", "--github", "--profile", "two"])
      expect(other.stdout).toMatch(/^# Warning: The profile is not used/)
    })
  )
})
