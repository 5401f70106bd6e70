import type * as Effect from "effect/Effect"
import type { make } from "./edge.js"

/** What the client's methods are made of: the derived client and `call`. */
export type Edge = Effect.Effect.Success<ReturnType<typeof make>>
