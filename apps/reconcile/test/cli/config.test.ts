import { existsSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { documentedAnswer, documentedServer } from "./support/documented.js"
import { envelopeOf, expectCleanOutput, expectDone, expectRefusal } from "./support/said.js"
import { account, inWorld, token, type World } from "./support/World.js"

const config = ".config/ac-reconcile/config.toml"

/** Two accounts: only the second takes the token. */
const twoAccounts = async (world: World) => {
  const asked: Array<string | undefined> = []
  const other = await world.serve((request, response) => {
    asked.push(request.headers["api-token"]?.toString())
    response.writeHead(403, { "content-type": "application/json" }).end('{"message":"Forbidden"}')
  })
  const own = await world.serve(documentedServer(() => documentedAnswer))
  world.write("key", `${token}\n`)
  world.write("other-key", "another-accounts-key\n")
  world.write(
    config,
    `url = "${other}"\napi_key_file = "~/other-key"\n[profiles.own]\nurl = "${own}"\napi_key_file = "~/key"\ndb = "~/own.db"\n`
  )
  return { asked, other, own }
}

const usingFile = (lines: string) => async (world: World) => {
  world.write(config, lines)
}

describe.concurrent("a profile", () => {
  it(
    "names the account, its key and its file, for the call that names it",
    inWorld(async (world) => {
      await twoAccounts(world)
      expectDone(await world.run(["status", "b-1", "--profile", "own"]))
      expectDone(await world.run(["status", "b-1"], { env: { ACTIVECAMPAIGN_PROFILE: "own" } }))
      expectDone(await world.run(["batches", "add", "--id", "b-1", "--profile=own"]))
      expect(existsSync(world.path("own.db"))).toBe(true)
      expect((await world.run(["status", "b-1"])).code).toBe(4)
    })
  )

  it(
    "can be chosen in the file; the environment's choice has priority, and the call's choice over both",
    inWorld(async (world) => {
      const { other, own } = await twoAccounts(world)
      world.write(
        config,
        `profile = "own"\n[profiles.own]\nurl = "${own}"\napi_key_file = "~/key"\n[profiles.other]\nurl = "${other}"\napi_key_file = "~/other-key"\n`
      )
      const env = { ACTIVECAMPAIGN_PROFILE: "other" }
      expectDone(await world.run(["status", "b-1"]))
      expect((await world.run(["status", "b-1"], { env })).code).toBe(4)
      expectDone(await world.run(["status", "b-1", "--profile", "own"], { env }))
      world.write("ac-reconcile.toml", 'profile = "other"\n')
      expect((await world.run(["status", "b-1"])).code).toBe(4)
    })
  )

  it(
    "that does not exist is named, with the one that was probably meant",
    inWorld(async (world) => {
      await twoAccounts(world)
      expectRefusal(
        await world.run(["status", "b-1", "--profile", "onw"]),
        2,
        /There is no profile 'onw' in .*config\.toml\. Did you mean 'own'\?$/
      )
      expectRefusal(await world.run(["batches", "list", "--profile"]), 2, /^--profile needs a value\.$/)
    })
  )
})

describe.concurrent("a key", () => {
  it(
    "is sent only to the account next to it",
    inWorld(async (world) => {
      const { asked, other, own } = await twoAccounts(world)
      // The environment has the own account; the file has the other one, with another key.
      expectDone(await world.run(["status", "b-1"], { env: account(own) }))
      expectRefusal(
        await world.run(["status", "b-1"], { env: { ACTIVECAMPAIGN_URL: own } }),
        2,
        /ACTIVECAMPAIGN_API_KEY is not set\. The key file in .*config\.toml belongs to another account/
      )
      world.write(config, `[profiles.keyless]\nurl = "${other}"\n`)
      expectRefusal(
        await world.run(["status", "b-1", "--profile", "keyless"], { env: account(own) }),
        2,
        /belongs to the account in ACTIVECAMPAIGN_URL, so it is not sent to/
      )
      expectRefusal(
        await world.run(["status", "b-1"], { env: { ...account(own), ACTIVECAMPAIGN_PROFILE: "keyless" } }),
        2,
        /ACTIVECAMPAIGN_PROFILE and ACTIVECAMPAIGN_URL name different accounts\. Unset one/
      )
      expect(asked).toEqual([])
    })
  )

  it(
    "can be piped in, and is never shown",
    inWorld(async (world) => {
      const { own } = await twoAccounts(world)
      const env = { ACTIVECAMPAIGN_URL: own }
      expectDone(await world.run(["status", "b-1", "--api-key-stdin"], { env, stdin: `${token}\n` }))
      expectRefusal(
        await world.run(["status", "b-1", "--api-key-stdin"], { env, stdin: "" }),
        2,
        /--api-key-stdin: standard input is empty/
      )
      expectRefusal(
        await world.run(["status", "b-1", "--api-key-stdin"], { env, stdin: `${token} and more` }),
        2,
        /more in it than an API key/
      )
    })
  )

  it(
    "with a missing, empty or wrong file gives an error with that file and its field",
    inWorld(async (world) => {
      world.write(config, 'url = "http://127.0.0.1:1"\napi_key_file = "~/key"\n')
      const told = async (like: RegExp) => expectRefusal(await world.run(["status", "b-1"]), 2, like)
      await told(/key, named by api_key_file in .*config\.toml, cannot be read \(.*ENOENT\)/)
      world.write("key", "\n")
      await told(/is empty\. Write the key/)
      world.write("key", `${token}\n${token}\n`)
      await told(/has more in it than an API key/)
    })
  )
})

describe.concurrent("a setting", () => {
  it(
    "comes from the call, then the environment, the project's file, the user's file",
    inWorld(async (world) => {
      const databaseOf = async (args: ReadonlyArray<string> = [], env = {}) => {
        const added = await world.run(["batches", "add", "--id", "b-1", "--json", ...args], { env })
        expectDone(added)
        return JSON.stringify(envelopeOf(added.stdout)).match(/[a-z]+\.db/)?.[0]
      }
      expect(await databaseOf()).toBe("reconcile.db")
      world.write(config, 'db = "~/user.db"\n')
      expect(await databaseOf()).toBe("user.db")
      world.write("ac-reconcile.toml", 'db = "project.db"\n')
      expect(await databaseOf()).toBe("project.db")
      const env = { AC_RECONCILE_DB: "environment.db" }
      expect(await databaseOf([], env)).toBe("environment.db")
      expect(await databaseOf(["--db", "call.db"], env)).toBe("call.db")
    })
  )

  it(
    "with a wrong value gives an error with the place where it was set",
    inWorld(async (world) => {
      const told = async (args: ReadonlyArray<string>, like: RegExp, env = {}) =>
        expectRefusal(await world.run(args, { env }), 2, like)
      await told(["run"], /^AC_RECONCILE_DEADLINE: 'soon' is not a duration/, {
        AC_RECONCILE_DEADLINE: "soon"
      })
      await told(["run"], /^AC_RECONCILE_DB is empty/, { AC_RECONCILE_DB: "" })
      world.write("ac-reconcile.toml", "requests_per_second = 0\n")
      await told(["run"], /^requests_per_second in ac-reconcile\.toml must be a finite number greater than 0/)
      world.write("ac-reconcile.toml", "max_calls = 1.5\n")
      await told(["run"], /^max_calls in ac-reconcile\.toml: '1\.5' is not a whole number/)
    })
  )
})

describe.concurrent("a config file", () => {
  const wrong: ReadonlyArray<readonly [string, RegExp]> = [
    [`url = "https://a.api-us1.com"\n${token}\n`, /config\.toml, line 2, column \d+: it is not valid TOML/],
    [`api_key = "${token}"\n`, /api_key would be the API key itself, which no config file may have/],
    [`[profiles.a]\ntoken = "${token}"\n`, /profiles\.a\.token would be the API key itself/],
    ["deadlin = '5m'\n", /deadlin is not a setting\. Did you mean 'deadline'\?$/],
    ['max_calls = "5"\n', /max_calls is not a number\. Write it without quotes/],
    ["url = 5\n", /url is not a text\. Write it in quotes/],
    ['db = "here.db"\n', /db is not an absolute path/],
    ["profiles = 1\n", /profiles is not a table/]
  ]
  for (const [text, like] of wrong) {
    it(
      `is refused with file and field, without repeating a line: ${like.source}`,
      inWorld(async (world) => {
        await usingFile(text)(world)
        expectRefusal(await world.run(["batches", "list"]), 2, like)
        const json = await world.run(["batches", "list", "--json"])
        expectCleanOutput(json)
        expect(envelopeOf(json.stdout)).toMatchObject({ error: { code: "ConfigurationError" } })
      })
    )
  }

  it(
    "of a project names no account",
    inWorld(async (world) => {
      for (const line of ['url = "https://evil.example.test"', 'api_key_file = "key"', "[profiles.a]"]) {
        world.write("ac-reconcile.toml", `${line}\n`)
        expectRefusal(
          await world.run(["run"]),
          2,
          /ac-reconcile\.toml: \w+ cannot be set in the file of a project, because anybody may have written it/
        )
      }
    })
  )

  it(
    "that is broken does not prevent help",
    inWorld(async (world) => {
      await usingFile("???")(world)
      expectDone(await world.run(["batches", "list", "--help", "-h"]))
    })
  )
})
