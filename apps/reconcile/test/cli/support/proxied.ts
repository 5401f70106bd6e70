import { readFileSync } from "node:fs"
import { createServer, type RequestListener } from "node:http"
import { createServer as createTlsServer } from "node:https"
import { connect } from "node:net"
import type { Duplex } from "node:stream"
import { fileURLToPath } from "node:url"
import { account, type World } from "./World.js"

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url))

/** The file of the authority that the test's servers are signed by. */
const authority = fixture("ca.pem")

/** A name that no resolver knows. */
export const hostOnlyTheProxyKnows = "account.api-us1.example.test"

const tls = () => ({
  key: readFileSync(fixture("server.key.pem")),
  cert: readFileSync(fixture("server.pem"))
})

export interface Connect {
  readonly target: string
  readonly authorization: string | undefined
}

export interface ProxyOptions {
  /** `USER:PASSWORD`, without which it answers 407. */
  readonly credentials?: string
  /** What it does in place of connecting. */
  readonly instead?: (client: Duplex) => void
  /** Whether it is spoken to over TLS, as `localhost`. */
  readonly secure?: boolean
}

/** A proxy of a company: it alone knows where the account is. */
export const proxyTo = async (
  world: World,
  listener: RequestListener,
  { credentials, instead, secure = false }: ProxyOptions = {}
) => {
  const accountPort = await world.listen(createTlsServer(tls(), listener))
  const asked: Array<Connect> = []
  const server = secure ? createTlsServer(tls()) : createServer()
  server.on("request", (_request, response) => response.writeHead(400).end("not a CONNECT"))
  server.on("connect", (request, client, head) => {
    const authorization = request.headers["proxy-authorization"]
    asked.push({ target: request.url ?? "", authorization })
    client.on("error", () => {})
    if (instead !== undefined) return instead(client)
    if (
      credentials !== undefined &&
      authorization !== `Basic ${Buffer.from(credentials).toString("base64")}`
    ) {
      // A proxy may well repeat what it was sent.
      return client.end(
        `HTTP/1.1 407 No ${authorization}\r\nProxy-Authenticate: Basic realm="${authorization}"\r\n\r\n${authorization}`
      )
    }
    if (request.url !== `${hostOnlyTheProxyKnows}:443`) return client.end("HTTP/1.1 502 Bad Gateway\r\n\r\n")
    const upstream = connect(accountPort, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n")
      upstream.write(head)
      upstream.pipe(client).pipe(upstream)
    })
    upstream.on("error", () => client.destroy())
    client.on("close", () => upstream.destroy())
  })
  const port = await world.listen(server)
  return { host: `${secure ? "localhost" : "127.0.0.1"}:${port}`, asked }
}

/** The environment of the account behind the proxy; the variable of the proxy is the test's. */
export const accountBehind = (variables: Readonly<Record<string, string>>) => ({
  ...account(`https://${hostOnlyTheProxyKnows}`),
  NODE_EXTRA_CA_CERTS: authority,
  ...variables
})
