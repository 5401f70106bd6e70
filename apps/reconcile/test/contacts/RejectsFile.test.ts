import {
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { rejected } from "../../src/contacts/ContactRow.js"
import * as RejectsFile from "../../src/contacts/RejectsFile.js"
import { Disk } from "../../src/files/Disk.js"
import { temporaryFolder } from "../support/temporary.js"

const options = { place: "line", inputs: [] } as const
const tooFew = rejected(2, null, "Too few.", "a")

/** Loads these rejected rows under a name that nobody typed, as a command would. */
const load = (name: string, ...rows: ReadonlyArray<typeof tooFew>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const file = yield* RejectsFile.madeUp(name, options)
      yield* file.append(rows)
      return yield* file.finish
    })
  )

const typed = (name: string, ...rows: ReadonlyArray<typeof tooFew>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const file = yield* RejectsFile.typed(name, { ...options, json: false })
      for (const row of rows) yield* file.append([row])
      return yield* file.finish
    })
  )

/** As `cp -p` does. */
const copyWithTime = (from: string, to: string) => {
  const { atimeNs, mtimeNs } = statSync(from, { bigint: true })
  copyFileSync(from, to)
  utimesSync(to, Number(atimeNs) / 1e9, Number(mtimeNs) / 1e9)
}

const place = Effect.map(temporaryFolder, (folder) => ({ folder, name: join(folder, "in.csv.rejects.csv") }))

describe("rejected rows", () => {
  it("go beside the input by default, or to the current folder if the input has none", () => {
    const pathFor = RejectsFile.rejectsPathFor
    assert.strictEqual(pathFor("in/contacts.csv", undefined), "in/contacts.csv.rejects.csv")
    assert.strictEqual(pathFor("in/contacts.csv", "crm"), "in/contacts.csv.rejects.csv")
    assert.strictEqual(pathFor("/dev/stdin", undefined), "stdin.rejects.csv")
    for (const input of ["-", "/dev/stdin", "/dev/fd/63", "/proc/self/fd/63"]) {
      assert.strictEqual(pathFor(input, "crm-A"), "stdin.crm-A.rejects.csv")
    }
    const sources = ["a", "A", "a/b", "a_b", "../a", "a\0", "a b", "", ".", "x".repeat(300), "x".repeat(301)]
    const names = [
      ...sources.map((source) => pathFor("-", source)),
      ...["/dev/fd/62", "/dev/fd/63", "/proc/self/fd/63"].map((input) => pathFor(input, undefined))
    ]
    assert.strictEqual(new Set(names).size, names.length)
    for (const name of names) assert.match(name, /^stdin\.[\w-]{0,69}\.rejects\.csv$/)
  })

  it.scoped("make no file while there are none", () =>
    Effect.gen(function* () {
      const { folder, name } = yield* place
      assert.isUndefined(yield* load(name))
      assert.deepStrictEqual(readdirSync(folder), [])
    })
  )

  it.scoped("are written whole at the end, only for their owner", () =>
    Effect.gen(function* () {
      const { folder, name } = yield* place
      const rows = [tooFew, rejected(3, 1, 'It has "x".', 'b,"c\nd'), rejected(9, null, "Blank.", "")]
      assert.deepStrictEqual(yield* load(name, ...rows), { file: name, taken: null })
      assert.strictEqual(
        readFileSync(name, "utf8"),
        'line,reason,record\r\n2,Too few.,a\r\n3,"It has ""x"".","b,""c\nd"\r\n9,Blank.,\r\n'
      )
      assert.strictEqual(statSync(name).mode & 0o777, 0o600)
      assert.deepStrictEqual(readdirSync(folder), ["in.csv.rejects.csv"])
    })
  )

  it.scoped("replace those of an earlier load, and the file is deleted when none are left", () =>
    Effect.gen(function* () {
      const { folder, name } = yield* place
      yield* load(name, tooFew, tooFew)
      assert.deepStrictEqual(yield* load(name, tooFew), { file: name, taken: null })
      assert.deepStrictEqual(readdirSync(folder), ["in.csv.rejects.csv"])
      assert.isUndefined(yield* load(name))
      assert.deepStrictEqual(readdirSync(folder), [])
    })
  )

  it.scoped("leave files that the user has written or corrected, under any header", () =>
    Effect.gen(function* () {
      for (const text of ["my notes", "line,reason,record\r\n2,Too few.,a\r\n", ""]) {
        const { folder, name } = yield* place
        writeFileSync(name, text)
        const second = join(folder, "in.csv.rejects-2.csv")
        assert.deepStrictEqual(yield* load(name, tooFew), { file: second, taken: name })
        // The next load knows its own again.
        assert.deepStrictEqual(yield* load(name, tooFew, tooFew), { file: second, taken: name })
        yield* load(name)
        assert.deepStrictEqual(readdirSync(folder), ["in.csv.rejects.csv"])
        assert.strictEqual(readFileSync(name, "utf8"), text)
      }
      const { folder, name } = yield* place
      yield* load(name, tooFew)
      writeFileSync(name, readFileSync(name, "utf8").replace("a\r\n", "b\r\n"))
      yield* load(name)
      assert.deepStrictEqual(readdirSync(folder), ["in.csv.rejects.csv"])
    })
  )

  it.scoped("leave a file that was copied, renamed or moved, even if it kept its time", () =>
    Effect.gen(function* () {
      const taken: ReadonlyArray<readonly [string, (from: string, to: string) => void]> = [
        ["other.csv.rejects.csv", copyWithTime],
        ["other/in.csv.rejects.csv", copyWithTime],
        ["other.csv.rejects.csv", renameSync],
        ["other/in.csv.rejects.csv", renameSync],
        ["other/in.csv.rejects.csv", linkSync]
      ]
      for (const [to, take] of taken) {
        const { folder, name } = yield* place
        mkdirSync(join(folder, "other"))
        yield* load(name, tooFew)
        const own = join(folder, to)
        take(name, own)
        yield* load(own)
        yield* typed(own)
        assert.strictEqual(readFileSync(own, "utf8"), "line,reason,record\r\n2,Too few.,a\r\n")
        yield* load(name)
      }
      // A copy that has taken the name of the original is the user's, too.
      const { folder, name } = yield* place
      yield* load(name, tooFew)
      copyWithTime(name, join(folder, "copy"))
      renameSync(join(folder, "copy"), name)
      yield* load(name)
      assert.deepStrictEqual(readdirSync(folder), ["in.csv.rejects.csv"])
    })
  )

  it.scoped("replace any ordinary file that the user names", () =>
    Effect.gen(function* () {
      const { folder, name } = yield* place
      writeFileSync(name, "of somebody", { mode: 0o640 })
      yield* typed(name, tooFew, tooFew)
      assert.strictEqual(readFileSync(name, "utf8"), "line,reason,record\r\n2,Too few.,a\r\n2,Too few.,a\r\n")
      assert.strictEqual(statSync(name).mode & 0o777, 0o640)
      yield* typed(name)
      assert.deepStrictEqual(readdirSync(folder), [])
      writeFileSync(name, "of somebody")
      yield* typed(name)
      assert.strictEqual(readFileSync(name, "utf8"), "of somebody")
    })
  )

  it.scoped("leave nothing and replace nothing if the disk gets full", () =>
    Effect.gen(function* () {
      const { folder, name } = yield* place
      yield* load(name, tooFew)
      const before = readFileSync(name, "utf8")
      const disk = yield* Disk
      const full = Object.assign(new Error("no space"), { code: "ENOSPC" })
      for (const failing of [{ write: () => Promise.reject(full) }, { flush: () => Promise.reject(full) }]) {
        const error = yield* Effect.flip(load(name, tooFew, tooFew)).pipe(
          Effect.provideService(Disk, { ...disk, ...failing })
        )
        assert.strictEqual(
          error.message,
          `${name}: cannot be written (the disk is full, ENOSPC). Free some space, or name another file with --rejects FILE.`
        )
      }
      assert.deepStrictEqual(readdirSync(folder), ["in.csv.rejects.csv"])
      assert.strictEqual(readFileSync(name, "utf8"), before)
    })
  )

  it.scoped("are refused a place that cannot be written to, with what to do", () =>
    Effect.gen(function* () {
      const { folder, name } = yield* place
      const error = yield* Effect.flip(typed(join(folder, "no", "such.csv"), tooFew))
      assert.match(
        error.message,
        /such\.csv: cannot be written \(its folder does not exist, ENOENT\)\. Name another file with --rejects FILE\.$/
      )
      mkdirSync(name)
      assert.match(String(yield* Effect.flip(typed(name, tooFew))), /because it is a folder/)
    })
  )
})
