import { chmodSync, existsSync, readdirSync, statSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { envelopeOf, expectDone, expectRefusal } from "./support/said.js"
import { hasTerminal, onTerminal, typing } from "./support/typedInto.js"
import { inWorld, token, type World } from "./support/World.js"

const config = ".config/ac-reconcile/config.toml"
const modeOf = (world: World, name: string) => statSync(world.path(name)).mode & 0o777

const url = "https://acme.api-us1.com"
const down = typing("", "down")

describe.concurrent("init without a terminal", () => {
  it(
    "says what to name instead, and writes nothing",
    inWorld(async (world) => {
      for (const args of [["init"], ["init", "--json"], ["init", "--api-key-file", "key"]]) {
        const ended = await world.run(args)
        expect(ended.code).toBe(2)
        expect(ended.stdout + ended.stderr).toMatch(
          /asks (questions|nothing).* Name the account with --url URL, and its key with --api-key-file FILE or --api-key-stdin\./s
        )
      }
      expect(readdirSync(world.folder)).toEqual([])
    })
  )

  it(
    "writes the account that its options name, with the key that was piped in",
    inWorld(async (world) => {
      const ended = await world.run(["init", "--url", url, "--api-key-stdin"], { stdin: `${token}\n` })
      expectDone(ended)
      expect(ended.stdout).not.toContain(token)
      expect(world.read(config)).toContain(`url = "${url}"`)
      expect(world.read(".config/ac-reconcile/default.key")).toBe(`${token}\n`)
      expect(modeOf(world, ".config/ac-reconcile/default.key")).toBe(0o600)
      const again = await world.run(["init", "--url", url, "--api-key-stdin"], { stdin: "other\n" })
      expectRefusal(again, 2, /has an account already, and was left unchanged\. Add --overwrite/)
      expect(world.read(".config/ac-reconcile/default.key")).toBe(`${token}\n`)
    })
  )

  it(
    "has one envelope for programs, and never the key",
    inWorld(async (world) => {
      world.write("keys/acme", `${token}\n`)
      chmodSync(world.path("keys/acme"), 0o644)
      const args = ["init", "--profile", "acme", "--url", url, "--api-key-file", "keys/acme", "--json"]
      const ended = await world.run(args)
      expect(ended.stderr).toBe("")
      expect(ended.stdout).not.toContain(token)
      expect(envelopeOf(ended.stdout)).toMatchObject({
        schema: "ac-reconcile/init/1",
        ok: true,
        warnings: [
          `Other users of this machine may read the key file ${world.path("keys/acme")} (0644). Run: chmod 600 ${world.path("keys/acme")}`
        ],
        data: { file: world.path(config), profile: "acme", url, api_key_file: world.path("keys/acme") }
      })
      chmodSync(world.path("keys/acme"), 0o600)
      expectDone(await world.run([...args, "--overwrite"]))
      const again = await world.run(args)
      expect(again.code).toBe(2)
      expect(envelopeOf(again.stdout)).toMatchObject({ ok: false, data: null, error: { exit_code: 2 } })
    })
  )

  it(
    "refuses what is no URL, a key file that is not there or has no key alone in it, and two keys",
    inWorld(async (world) => {
      const both = ["--api-key-file", "key", "--api-key-stdin"]
      world.write("empty", "\n")
      world.write("two", "URL https://acme.api-us1.com\nKEY 1234\n")
      for (const [args, says] of [
        [["--url", "http://acme.example.test"], /https/],
        [
          ["--url", url, "--api-key-file", "none"],
          /none, named by --api-key-file, cannot be read \(.*ENOENT\)\. Write the key .* into it/
        ],
        [
          ["--url", url, "--api-key-file", "empty"],
          /empty, named by --api-key-file, is empty\. Write the key/
        ],
        [["--url", url, "--api-key-file", "two"], /named by --api-key-file, has more in it than an API key/],
        [["--url", url, "--api-key-file", "."], /named by --api-key-file, cannot be read \(.*EISDIR\)/],
        [["--url", url, ...both], /both name the key/]
      ] as const) {
        expectRefusal(await world.run(["init", ...args]), 2, says)
      }
      expect(existsSync(world.path(config))).toBe(false)
    })
  )
})

describe.runIf(hasTerminal).concurrent("init on a terminal (skipped without script(1) of util-linux)", () => {
  it(
    "asks for URL and key, and writes both so that only the user can read them, the key in a file of its own",
    inWorld(async (world) => {
      const ended = await onTerminal(
        world,
        ["init"],
        [
          [/Account URL/, typing(url)],
          [/Where is the API key/, typing("")],
          [/API key.*›/, typing(token)]
        ]
      )
      expect(ended.screen).toContain("ac-reconcile doctor")
      expect(ended.code).toBe(0)
      // Not even on the screen where it was typed.
      expect(ended.screen).not.toContain(token)
      expect(world.read(config)).toContain(`url = "${url}"`)
      expect(world.read(config)).not.toContain(token)
      expect(world.read(".config/ac-reconcile/default.key")).toBe(`${token}\n`)
      expect(modeOf(world, config)).toBe(0o600)
      expect(modeOf(world, ".config/ac-reconcile/default.key")).toBe(0o600)
      expect(modeOf(world, ".config/ac-reconcile")).toBe(0o700)
    })
  )

  it(
    "adds a profile to the file, and keeps every line of it",
    inWorld(async (world) => {
      const before =
        '# Mine.\nurl = "https://other.api-us1.com"\n\n[profiles.old]\nurl = "https://old.api-us1.com"\n'
      world.write(config, before)
      world.write("keys/acme", `${token}\n`)
      const ended = await onTerminal(
        world,
        ["init", "--profile", "acme"],
        [
          [/Account URL/, typing(url)],
          [/Where is the API key/, `${down}${typing("")}`],
          [/file that has the key/, typing("~/keys/acme")]
        ]
      )
      expect(ended.code, ended.screen).toBe(0)
      expect(world.read(config)).toBe(
        `${before}\n[profiles.acme]\nurl = "${url}"\napi_key_file = "${world.path("keys/acme")}"\n`
      )
    })
  )

  it(
    "keeps an existing account, unless --overwrite is given",
    inWorld(async (world) => {
      const before = 'url = "https://other.api-us1.com"\ndeadline = "5m"\n'
      world.write(config, before)
      const refused = await onTerminal(world, ["init"], [])
      expect(refused.code).toBe(2)
      expect(refused.screen).toMatch(/has an account already, and was left unchanged\. Add --overwrite/)
      expect(world.read(config)).toBe(before)

      chmodSync(world.path(config), 0o644)
      const told = await onTerminal(
        world,
        ["init", "--overwrite"],
        [
          [/Account URL/, typing(url)],
          [/Where is the API key/, `${down}${down}${typing("")}`]
        ]
      )
      expect(told.code, told.screen).toBe(0)
      expect(told.screen).toContain("Set ACTIVECAMPAIGN_API_KEY")
      expect(world.read(config)).toBe(`url = "${url}"\ndeadline = "5m"\n`)
      expect(modeOf(world, config)).toBe(0o600)
    })
  )

  it(
    "asks again for a URL that is not one, and leaves nothing behind when it is stopped",
    inWorld(async (world) => {
      const ended = await onTerminal(
        world,
        ["init"],
        [
          [/Account URL/, typing("http://acme.example.test")],
          [/https/, typing("", "interrupt")]
        ]
      )
      expect(ended.code).toBe(130)
      expect(existsSync(world.path(config))).toBe(false)
    })
  )
})
