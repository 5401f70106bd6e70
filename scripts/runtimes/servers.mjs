// What the checks over sockets connect to; ends with its parent.
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import https from "node:https"
import { gzipSync } from "node:zlib"

const body = JSON.stringify({ status: "completed", success: ["123"], failure: ["a@x.yz"] })
const json = { "content-type": "application/json", "x-request-id": "r-1" }

const listening = async (server) => {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))
  return server.address().port
}
const serving = async (listener) => `http://127.0.0.1:${await listening(createServer(listener))}`

const answers = await serving((_request, response) => response.writeHead(200, json).end(body))
const closed = createServer()
const refused = `http://127.0.0.1:${await listening(closed)}`
await new Promise((resolve) => closed.close(resolve))

const fixture = (name) =>
  readFileSync(new URL(`../../apps/reconcile/test/fixtures/tls/${name}`, import.meta.url))
const tls = { key: fixture("server.key.pem"), cert: fixture("server.pem") }
const selfSigned = https.createServer(tls, (_request, response) => response.end(body))

process.send?.({
  body,
  answers,
  refused,
  selfSigned: `https://localhost:${await listening(selfSigned)}`,
  packed: await serving((_request, response) =>
    response.writeHead(200, { ...json, "content-encoding": "gzip" }).end(gzipSync(body))
  ),
  resets: await serving((request) => request.socket.resetAndDestroy()),
  cuts: await serving((request, response) => {
    response.writeHead(200, { ...json, "content-length": body.length }).write(body.slice(0, 20))
    setTimeout(() => request.socket.destroy(), 20)
  }),
  silent: await serving(() => {}),
  redirects: await serving((_request, response) =>
    response.writeHead(302, { location: `${answers}/api/3/import/info` }).end()
  )
})
process.on("disconnect", () => process.exit(0))
