import { extname } from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type DiskError, use } from "./Disk.js"
import type { OutputError } from "./OutputError.js"
import { follow } from "./Place.js"
import { isSealed } from "./Seal.js"
import { type Input, objectionTo, outputFailed } from "./Target.js"
import * as Unfinished from "./Unfinished.js"
import { type Content, content } from "./Writer.js"

/** Further names for a name that is taken: `in.csv.rejects.csv`, then `in.csv.rejects-2.csv`. */
const variant = (name: string, number: number): string => {
  if (number === 1) return name
  const extension = extname(name)
  return `${name.slice(0, name.length - extension.length)}-${number}${extension}`
}

type Standing = "free" | "ours" | "theirs"

/** Whose file has a name that nobody typed. A link counts as somebody else's, whatever it leads to. */
const standingOf = (name: string, inputs: ReadonlyArray<Input>): Effect.Effect<Standing, DiskError> =>
  Effect.gen(function* () {
    const stat = yield* Effect.catchIf(
      use((disk) => disk.lstat(name)),
      ({ code }) => code === "ENOENT",
      () => Effect.succeed(undefined)
    )
    const place = yield* follow(name)
    if (stat === undefined) return (yield* objectionTo(place, inputs)) === undefined ? "free" : "theirs"
    if (!stat.isFile()) return "theirs"
    return (yield* isSealed(name)) && (yield* objectionTo(place, inputs)) === undefined ? "ours" : "theirs"
  })

export interface Written {
  readonly file: string
  /** The intended name, if somebody else's file has it. */
  readonly taken: string | null
}

export interface MadeUpWriter {
  readonly write: (text: string) => Effect.Effect<void, OutputError>
  /** Gives the file its name, and returns it. */
  readonly finish: Effect.Effect<Written, OutputError>
}

/** Gives a finished file the first name that is free or belongs to an earlier file of ours. */
const nameFirst = (
  name: string,
  inputs: ReadonlyArray<Input>,
  made: Content,
  number = 1
): Effect.Effect<Written, DiskError> =>
  Effect.gen(function* () {
    const candidate = variant(name, number)
    const standing = yield* standingOf(candidate, inputs)
    if (standing === "ours") {
      yield* made.complete(candidate, "replaced")
      yield* Unfinished.nameOver(made.file, candidate)
    } else if (standing === "theirs" || !(yield* newly(candidate, made))) {
      return yield* nameFirst(name, inputs, made, number + 1)
    }
    return { file: candidate, taken: number === 1 ? null : name }
  })

const newly = (candidate: string, made: Content) =>
  Effect.zipRight(made.complete(candidate, "free"), Unfinished.nameNew(made.file, candidate))

/** Writes a file under a name that nobody typed and that somebody may already use. */
export const into = (
  name: string,
  { hint, inputs }: { readonly hint: string; readonly inputs: ReadonlyArray<Input> }
): Effect.Effect<MadeUpWriter, OutputError, Scope.Scope> => {
  const failed = outputFailed({ name, hint })
  return Effect.map(Effect.mapError(content(name, { sealed: true }), failed), (made) => ({
    write: (text) => Effect.mapError(made.write(text), failed),
    finish: Effect.mapError(nameFirst(name, inputs, made), failed)
  }))
}

/** Deletes what earlier commands wrote under this name, and what they left unfinished; nothing else. */
export const discard = (name: string, inputs: ReadonlyArray<Input>, number = 1): Effect.Effect<void> =>
  Effect.gen(function* () {
    if (number === 1) yield* Unfinished.sweep(name)
    const candidate = variant(name, number)
    const standing = yield* standingOf(candidate, inputs)
    if (standing === "free") return
    if (standing === "ours") yield* use((disk) => disk.remove(candidate))
    yield* discard(name, inputs, number + 1)
  }).pipe(Effect.ignore)
