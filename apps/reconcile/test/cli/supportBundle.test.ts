import { existsSync, mkdirSync } from "node:fs"
import { dirname } from "node:path"
import Sqlite from "better-sqlite3"
import { describe, expect, it } from "vitest"
import { envelopeOf, expectDone, expectRefusal } from "./support/said.js"
import { hasTerminal, onTerminal, typing } from "./support/typedInto.js"
import { account, inWorld, token, type World } from "./support/World.js"

/** Made up to be found again, whatever is done to them. */
const secrets = {
  address: "zara.quillfeather@secret-host-of-zara.test",
  failed: "failed.umbridge@secret-host-of-zara.test",
  name: "Quillfeather",
  value: "Kneebreaker-4711",
  column: "Schuhgroesse",
  key: "KUNDE_0815_XY",
  batch: "Weihnachtsbatch",
  contactId: "918273645",
  folder: "Folder-of-Zara",
  source: "Zaras-Freunde",
  table: "zaras_geheimnisse",
  profile: "zaraprofil",
  token,
  proxyUser: "proxyuser-zara",
  proxyPassword: "proxypasswort-hunter2",
  host: "konto-von-zara",
  message: "Entschuldigung-Zara"
}

/** A secret as it is, and as text hides it. */
const disguises = (secret: string): ReadonlyArray<string> => {
  const bytes = Buffer.from(secret)
  // In base64 the letters depend on what stands before them.
  const inBase64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .slice(Math.ceil((shift * 4) / 3), -4)
      .replaceAll("=", "")
  )
  return [
    secret.toLowerCase(),
    encodeURIComponent(secret).toLowerCase(),
    bytes.toString("hex"),
    JSON.stringify(secret).slice(1, -1).toLowerCase(),
    [...secret].reverse().join("").toLowerCase(),
    ...inBase64.map((text) => text.toLowerCase())
  ]
}

const expectNoSecret = (text: string) => {
  const all = text.toLowerCase()
  for (const [kind, secret] of Object.entries(secrets)) {
    for (const disguise of disguises(secret)) expect(all, `${kind}: ${disguise}`).not.toContain(disguise)
  }
}

const ledgerFile = `${secrets.folder}/${secrets.name}.db`

/** A ledger with a secret in every place that somebody else writes. */
const planted = async (world: World) => {
  mkdirSync(world.path(secrets.folder))
  const source = `${secrets.folder}/${secrets.source}.csv`
  world.write(
    source,
    [
      `email,id,kunde,batch_id,${secrets.column}`,
      `${secrets.address},${secrets.contactId},${secrets.key},${secrets.batch},${secrets.value}`,
      `${secrets.failed},,K2,${secrets.batch},${secrets.name}`,
      ""
    ].join("\n")
  )
  const load = ["contacts", "load", source, "--batch-column", "batch_id", "--key", "kunde"]
  expectDone(await world.run([...load, "--map", "contact_id=id", "--db", ledgerFile]))
  world.write(
    "answer.json",
    JSON.stringify({
      status: "completed",
      success: [secrets.contactId, `x ${secrets.name}`],
      failure: [secrets.failed]
    })
  )
  const add = ["batches", "add", "--id", secrets.batch, "--answer", "answer.json", "--db", ledgerFile]
  expectDone(await world.run(add))
  expectDone(await world.run(["batches", "add", "--id", `open-${secrets.batch}`, "--db", ledgerFile]))
  // A firewall that quotes what it was sent, and more.
  const url = await world.serve((request, response) => {
    response.writeHead(500, { "content-type": "text/html", "x-request-id": "0a1b2c3d4e5f-ABC" })
    response.end(`<title>${secrets.message} ${secrets.address}</title>${JSON.stringify(request.headers)}`)
  })
  const env = account(url)
  const failed = await world.run(["run", "--once", "--deadline", "1s", "--db", ledgerFile], { env })
  expect(failed.code).toBe(1)

  const database = new Sqlite(world.path(ledgerFile))
  database.exec(`
    CREATE TABLE ${secrets.table} (${secrets.column} TEXT);
    INSERT INTO ${secrets.table} VALUES ('${secrets.value}');
    INSERT INTO account_errors (step, first_at, last_at, times, ended_at, error, message, raw_body)
      VALUES ('lookup', '${secrets.name}', '2031-01-01T00:00:00.000Z', 3, '${secrets.name}', '${secrets.name}',
        'GET /contacts?email=${secrets.address}: ActiveCampaign rejected the call with 404: ${secrets.message}. ActiveCampaign calls this request ${secrets.address}.',
        '${secrets.value}');
    INSERT INTO answers (batch, sequence, received_at, status, raw_body, origin)
      SELECT batch, 2, '${secrets.name}', '${secrets.name}', '', 'account' FROM numbered_batches WHERE batch_id <> '${secrets.batch}';
    UPDATE reconcile_runs SET started_at = '${secrets.name}' WHERE reconcile_run_id = 1;
    INSERT INTO reconcile_runs (started_at, open_batches, exit_code, reason)
      VALUES ('2031-01-01T00:00:00.000Z', 1, 5, '${secrets.name} ${secrets.address}'),
        ('2031-01-02T00:00:00.000Z', 1, 3, 'FailOn ${secrets.value}');`)
  database.close()
  return env
}

describe("a support bundle", () => {
  it(
    "has nothing that a person, a file, a server or a shell wrote, in any disguise",
    inWorld(async (world) => {
      const env = await planted(world)
      const hostile = {
        ...env,
        HTTPS_PROXY: `http://${secrets.proxyUser}:${secrets.proxyPassword}@proxy-${secrets.host}.test:3128`,
        ACTIVECAMPAIGN_URL: env.ACTIVECAMPAIGN_URL,
        AC_RECONCILE_MAX_CALLS: "77"
      }
      const file = ["support-bundle", "bundle.md", "--db", ledgerFile]
      const shown = await world.run(file, { env: hostile })
      expect(shown.code).toBe(0)
      expect(shown.stdout).toContain("This was not written. Run again with --yes")
      expect(existsSync(world.path("bundle.md"))).toBe(false)

      const written = await world.run([...file, "--yes"], { env: hostile })
      expect(written.code).toBe(0)
      const bundle = world.read("bundle.md")
      // What was shown is what was written.
      expect(written.stdout).toContain(bundle.trimEnd())

      const json = await world.run([...file, "--json"], { env: hostile })
      const { data } = envelopeOf(json.stdout)
      expect(data).toMatchObject({
        written: false,
        bundle: {
          account_host: "loopback",
          proxy: true,
          file: {
            changed_objects: [],
            own_objects_of_user: 1,
            integrity_problems: 0,
            statuses: expect.arrayContaining([
              { status: "completed", batches: 1 },
              { status: "other", batches: 1 }
            ])
          }
        }
      })
      expect(JSON.stringify(data)).toContain('"request_ids":["0a1b2c3d4e5f-ABC"]')
      expect(JSON.stringify(data)).toContain('"exit_code":5,"reason":"Other"')
      expect(JSON.stringify(data)).toContain('"exit_code":3,"reason":"FailOn"')
      expect(JSON.stringify(data)).toContain('"exit_code":1,"reason":"Incomplete"')
      expect(bundle).toMatch(/max_calls +77 +Variable/)
      expect(bundle).toMatch(/batch +ApiUnavailable +GET \/import\/info +500/)
      expect(bundle).toMatch(/lookup +Other +GET \/contacts +404/)
      for (const text of [
        shown.stdout,
        shown.stderr,
        written.stdout,
        written.stderr,
        bundle,
        json.stdout,
        json.stderr
      ]) {
        expectNoSecret(text)
        expect(text).not.toContain(dirname(world.path("x")))
      }

      mkdirSync(world.path(".config/ac-reconcile"), { recursive: true })
      const keyFile = `${secrets.folder}/${secrets.name}.key`
      world.write(keyFile, token)
      world.write(
        ".config/ac-reconcile/config.toml",
        [
          `[profiles.${secrets.profile}]`,
          `url = "https://${secrets.host}.${secrets.name}.test"`,
          `api_key_file = "${world.path(keyFile)}"`,
          ""
        ].join("\n")
      )
      const call = [...file, "--json", "--profile", secrets.profile]
      const profiled = await world.run(call, { env: { AC_RECONCILE_DEADLINE: secrets.value } })
      expect(envelopeOf(profiled.stdout).data).toMatchObject({ bundle: { account_host: "other" } })
      expectNoSecret(profiled.stdout + profiled.stderr)
    }),
    60_000
  )

  it(
    "names our views that were changed, and works without an account and a ledger",
    inWorld(async (world) => {
      expectDone(await world.run(["batches", "add", "--id", "b-1"]))
      const database = new Sqlite(world.path("reconcile.db"))
      database.exec(
        "DROP VIEW daily_totals; CREATE VIEW daily_totals AS SELECT 1 AS one; DROP VIEW near_matches"
      )
      database.close()
      const changed = await world.run(["support-bundle", "bundle.md", "--json"])
      expect(envelopeOf(changed.stdout).data).toMatchObject({
        bundle: { account_host: "not set", file: { changed_objects: ["daily_totals", "near_matches"] } }
      })
      const none = await world.run(["support-bundle", "bundle.md", "--yes", "--db", "none.db"])
      expectDone(none)
      expect(world.read("bundle.md")).toContain("There is no ledger, or it cannot be read.")
      const refused = await world.run(["support-bundle", "reconcile.db", "--yes"])
      expectRefusal(refused, 2, /reconcile\.db/)
    })
  )
})

describe.runIf(hasTerminal)(
  "a support bundle on a terminal (skipped without script(1) of util-linux)",
  () => {
    it(
      "is shown, and written only if the answer is yes",
      inWorld(async (world) => {
        const call = ["support-bundle", "bundle.md"]
        const asked = /Write this to bundle\.md\?/
        const no = await onTerminal(world, call, [[asked, typing("n")]])
        expect(no.screen).toContain("This was not written.")
        expect(existsSync(world.path("bundle.md"))).toBe(false)
        const wanted = await onTerminal(world, call, [[asked, typing("y")]])
        expect(wanted).toMatchObject({ code: 0, screen: expect.stringContaining("Written to bundle.md.") })
        expect(world.read("bundle.md")).toContain("# ac-reconcile support bundle")
      })
    )
  }
)
