/**
 * What the simulator sends: a response, or a connection that ends without a whole one.
 *
 * @since 0.1.0
 */
import type * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Data from "effect/Data"

/**
 * `Whole` is an ordinary response. `Cut` announces `length` bytes, sends `part` and loses the connection.
 * `Reset` loses it before anything is sent.
 *
 * @since 0.1.0
 * @category models
 */
export type Reply = Data.TaggedEnum<{
  Whole: { readonly response: HttpServerResponse.HttpServerResponse }
  Cut: {
    readonly status: number
    readonly contentType: string
    readonly length: number
    readonly part: Uint8Array
  }
  Reset: object
}>

/**
 * @since 0.1.0
 * @category constructors
 */
export const Reply = Data.taggedEnum<Reply>()

/**
 * A response whose second half is lost.
 *
 * @since 0.1.0
 * @category constructors
 */
export const cut = (response: HttpServerResponse.HttpServerResponse): Reply => {
  const { body, status } = response
  const bytes = body._tag === "Uint8Array" ? body.body : new Uint8Array()
  return Reply.Cut({
    status,
    contentType: body.contentType ?? "application/json",
    length: bytes.length,
    part: bytes.slice(0, Math.floor(bytes.length / 2))
  })
}
