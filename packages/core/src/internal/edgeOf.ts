import type * as Effect from "effect/Effect"
import type { make } from "./edge.js"

/** The parts of the client's methods: the derived client and `call`. */
export type Edge = Effect.Effect.Success<ReturnType<typeof make>>
