import { execFileSync } from "node:child_process"
import { linkSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { follow, isSame, type Place } from "../../src/files/Place.js"
import { temporaryFolder } from "../support/temporary.js"

const folder = Effect.map(temporaryFolder, (path) => realpathSync(path))

const identityOf = (place: Place) => (place._tag === "Absent" ? undefined : place.identity)

describe("the target of a name", () => {
  it.scoped("is the same file in any spelling and through any link", () =>
    Effect.gen(function* () {
      const here = yield* folder
      mkdirSync(join(here, "inner"))
      writeFileSync(join(here, "file"), "")
      linkSync(join(here, "file"), join(here, "hard"))
      symlinkSync("file", join(here, "soft"))
      symlinkSync("../soft", join(here, "inner", "twice"))
      // To Windows it would be the name of a drive.
      mkdirSync(join(here, "C:"))
      symlinkSync("C:/../file", join(here, "drive"))
      symlinkSync(here, join(here, "inner", "back"))
      const file = yield* follow(join(here, "file"))
      for (const name of [
        "hard",
        "soft",
        "./file",
        "inner/../file",
        "inner/twice",
        "inner/back/file",
        "drive"
      ]) {
        const other = yield* follow(`${here}/${name}`)
        const [one, two] = [identityOf(file), identityOf(other)]
        assert.isTrue(one !== undefined && two !== undefined && isSame(one, two), name)
      }
    })
  )

  it.scoped("is the system's folder for a path through a link and up again", () =>
    Effect.gen(function* () {
      const here = yield* folder
      mkdirSync(join(here, "far", "away"), { recursive: true })
      symlinkSync("far/away", join(here, "link"))
      assert.deepStrictEqual(yield* follow(`${here}/link/../new`), {
        _tag: "Absent",
        path: join(here, "far", "new")
      })
    })
  )

  it.scoped("is a free name if the last link leads nowhere", () =>
    Effect.gen(function* () {
      const here = yield* folder
      symlinkSync("nowhere", join(here, "link"))
      assert.deepStrictEqual(yield* follow(join(here, "link")), {
        _tag: "Absent",
        path: join(here, "nowhere")
      })
      symlinkSync("round", join(here, "round"))
      assert.strictEqual((yield* Effect.flip(follow(join(here, "round")))).code, "ELOOP")
      assert.strictEqual((yield* Effect.flip(follow(join(here, "no", "such")))).code, "ENOENT")
    })
  )

  it.scoped("has its kind", () =>
    Effect.gen(function* () {
      const here = yield* folder
      execFileSync("mkfifo", [join(here, "fifo")])
      const kind = (name: string) =>
        Effect.map(follow(name), (place) => (place._tag === "Absent" ? "absent" : place.kind))
      assert.strictEqual(yield* kind(join(here, "fifo")), "fifo")
      assert.strictEqual(yield* kind("/dev/null"), "characters")
      assert.strictEqual(yield* kind(here), "folder")
      assert.strictEqual(yield* kind(`${here}/.`), "folder")
    })
  )

  it.effect("may be one of the process's own descriptors, under all of its names", () =>
    Effect.gen(function* () {
      for (const name of ["/dev/stderr", "/dev/fd/2", "/proc/self/fd/2", `/proc/${process.pid}/fd/2`]) {
        const place = yield* follow(name)
        assert.isTrue(place._tag === "Descriptor" && place.descriptor === 2, name)
      }
    })
  )
})
