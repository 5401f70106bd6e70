// The server of status-call.mjs: one answer with 250 items, over loopback, in a process of its own.
import { createServer } from "node:http"

const success = Array.from({ length: 245 }, (_, index) => String(910_000 + index))
const failure = Array.from({ length: 5 }, (_, index) => `someone.${index}@nowhere.example`)
const body = Buffer.from(JSON.stringify({ status: "completed", success, failure }))

const server = createServer((_request, response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": body.length })
  response.end(body)
})
server.keepAliveTimeout = 60_000
server.listen(0, "127.0.0.1", () => process.send?.(server.address().port))
process.on("disconnect", () => process.exit(0))
