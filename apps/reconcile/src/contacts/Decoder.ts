import * as Either from "effect/Either"
import * as FileKind from "./FileKind.js"
import * as Utf16 from "./Utf16.js"

/** Bytes of a file whose encoding is not known yet, or is known. */
export type State =
  | { readonly _tag: "Head"; readonly held: Uint8Array }
  | { readonly _tag: "Utf8" }
  | { readonly _tag: "Utf16"; readonly utf16: Utf16.State }

const nothing = new Uint8Array(0)

export const initial: State = { _tag: "Head", held: nothing }

/** The next bytes as UTF-8, with invalid ones unchanged; or why the file cannot be read at all. */
export const feed = (
  state: State,
  bytes: Uint8Array
): Either.Either<readonly [State, Uint8Array], string> => {
  switch (state._tag) {
    case "Utf8":
      return Either.right([state, bytes])
    case "Utf16": {
      const [utf16, text] = Utf16.feed(state.utf16, bytes)
      return Either.right([{ _tag: "Utf16", utf16 }, text])
    }
    case "Head":
      return begin(state.held.length === 0 ? bytes : Buffer.concat([state.held, bytes]), false)
  }
}

/** What the end of the input completes. */
export const finish = (state: State): Either.Either<readonly [State, Uint8Array], string> =>
  Either.flatMap(
    state._tag === "Head" ? begin(state.held, true) : Either.right([state, nothing] as const),
    (begun) => {
      const [last, text] = begun
      return last._tag === "Utf16"
        ? Either.right([last, Buffer.concat([text, Utf16.finish(last.utf16)])] as const)
        : Either.right(begun)
    }
  )

const begin = (head: Uint8Array, isWhole: boolean): Either.Either<readonly [State, Uint8Array], string> => {
  const kind = FileKind.ofBytes(head, isWhole)
  // Copied, because the buffer is reused for the next piece.
  if (kind === undefined) return Either.right([{ _tag: "Head", held: Uint8Array.from(head) }, nothing])
  switch (kind._tag) {
    case "Utf8":
      return Either.right([{ _tag: "Utf8" }, head])
    case "Utf16":
      return feed({ _tag: "Utf16", utf16: Utf16.start(kind.littleEndian) }, head.subarray(2))
    case "Refused":
      return Either.left(kind.reason)
  }
}
