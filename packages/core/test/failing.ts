import { createServer, type RequestListener, type Server } from "node:http"
import { Effect, Schema } from "effect"
import { ActiveCampaignError } from "effect-activecampaign"
import { batchId, connect, vendor } from "./support.js"

export const encode = Schema.encodeSync(ActiveCampaignError.ActiveCampaignError)
export const decode = Schema.decodeUnknownSync(ActiveCampaignError.ActiveCampaignError)

export const errorOf = (step: Parameters<typeof vendor>[0]) =>
  Effect.gen(function* () {
    const client = yield* connect(vendor(step).http)
    return yield* Effect.flip(client.importInfo(batchId))
  }).pipe(Effect.scoped)

/** What the caller gets to see for a reply, field by field. */
export const fieldsOf = (step: Parameters<typeof vendor>[0]) => Effect.map(errorOf(step), encode)

export const html = "<!doctype html>\n<html><body><h1>Bad gateway</h1></body></html>"
export const json = (value: unknown) => JSON.stringify(value)

export const localServer = (listener: RequestListener) =>
  Effect.acquireRelease(
    Effect.async<{ readonly server: Server; readonly port: number }>((resume) => {
      const server = createServer(listener)
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        resume(Effect.succeed({ server, port }))
      })
    }),
    ({ server }) =>
      Effect.async<void>((resume) => {
        server.closeAllConnections()
        server.close(() => resume(Effect.void))
      })
  )
