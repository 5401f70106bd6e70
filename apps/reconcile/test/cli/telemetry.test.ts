import type { IncomingMessage, RequestListener, ServerResponse } from "node:http"
import { createServer } from "node:net"
import { describe, expect, it } from "vitest"
import { localPart, quickly, withContacts } from "./logs/support.js"
import { documentedAnswer, documentedServer } from "./support/documented.js"
import { accountBehind, proxyTo } from "./support/proxied.js"
import { envelopeOf, expectCleanOutput, expectDone } from "./support/said.js"
import { account, inWorld, token, type World } from "./support/World.js"

interface Received {
  readonly path: string
  readonly headers: IncomingMessage["headers"]
  readonly text: string
}

/** A collector that keeps what it is sent. */
const collecting = (received: Array<Received>, status = 200): RequestListener => {
  return (request: IncomingMessage, response: ServerResponse) => {
    let text = ""
    request.setEncoding("utf8")
    request.on("data", (part: string) => {
      text += part
    })
    request.on("end", () => {
      received.push({ path: request.url ?? "", headers: request.headers, text })
      response.writeHead(status, { "content-type": "application/json" }).end("{}")
    })
  }
}

interface Attribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

interface Span {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly attributes: ReadonlyArray<Attribute>
}

const of = (received: ReadonlyArray<Received>, path: string) =>
  received.filter((one) => one.path === path).map(({ text }) => JSON.parse(text))

const spansOf = (received: ReadonlyArray<Received>): ReadonlyArray<Span> =>
  of(received, "/v1/traces").flatMap(({ resourceSpans }) => resourceSpans[0].scopeSpans[0].spans)

const collectorIn = async (world: World, status?: number) => {
  const received: Array<Received> = []
  return { received, url: await world.serve(collecting(received, status)) }
}

describe.concurrent("traces and metrics", () => {
  it(
    "of a run reach the collector that the environment names, with the headers and the name it gives",
    inWorld(async (world) => {
      const env = await withContacts(world)
      const { received, url } = await collectorIn(world)
      const ran = await world.run(["run", ...quickly], {
        env: {
          ...env,
          OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/`,
          OTEL_EXPORTER_OTLP_HEADERS: "x-key=a%3Db,X-Team=imports",
          OTEL_SERVICE_NAME: "nightly",
          OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=test"
        }
      })
      expectDone(ran)
      const spans = spansOf(received)
      const names = new Set(spans.map(({ name }) => name))
      for (const name of [
        "reconcile.run",
        "reconcile.follow",
        "reconcile.resolve",
        "reconcile.lookUp",
        "ActiveCampaignClient.importInfo",
        "ActiveCampaignClient.attempt"
      ]) {
        expect(names).toContain(name)
      }
      expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
      const root = spans.find(({ name }) => name === "reconcile.run")
      expect(spans.find(({ name }) => name === "reconcile.follow")?.parentSpanId).toBe(root?.spanId)
      const [metrics] = of(received, "/v1/metrics").slice(-1)
      const measured = metrics.resourceMetrics[0].scopeMetrics[0].metrics.map(
        ({ name }: { readonly name: string }) => name
      )
      expect(measured).toEqual(expect.arrayContaining(["activecampaign_calls", "activecampaign_throttles"]))
      const attributes: ReadonlyArray<Attribute> = metrics.resourceMetrics[0].resource.attributes
      expect(attributes).toEqual(
        expect.arrayContaining([
          { key: "service.name", value: { stringValue: "nightly" } },
          { key: "deployment.environment", value: { stringValue: "test" } }
        ])
      )
      for (const { headers } of received)
        expect(headers).toMatchObject({ "x-key": "a=b", "x-team": "imports" })
    })
  )

  it(
    "hold no address and no token, whatever failed",
    inWorld(async (world) => {
      await withContacts(world)
      const answers = documentedServer(() => documentedAnswer)
      const failing = await world.serve((request, response) => {
        if (request.url?.startsWith("/api/3/contacts") !== true) return answers(request, response)
        response.writeHead(422, { "content-type": "application/json" })
        response.end(JSON.stringify({ message: `${localPart}@example.test: ${token} ${request.url}` }))
      })
      const { received, url } = await collectorIn(world)
      const ran = await world.run(["run", "--once", ...quickly], {
        env: {
          ACTIVECAMPAIGN_URL: failing,
          ACTIVECAMPAIGN_API_KEY: token,
          OTEL_EXPORTER_OTLP_ENDPOINT: url
        }
      })
      expect(ran.code).toBe(1)
      const all = JSON.stringify(received)
      expect(all).toContain("422")
      expect(all).not.toContain(token)
      expect(all).not.toContain(localPart)
    })
  )

  it(
    "of a status and a wait are sent, too; each alone, if the other is not asked for",
    inWorld(async (world) => {
      const env = account(await world.serve(documentedServer(() => documentedAnswer)))
      const { received, url } = await collectorIn(world)
      const traces = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/own/path` }
      expectDone(await world.run(["status", "batch-1"], { env: { ...env, ...traces } }))
      expect(new Set(received.map(({ path }) => path))).toEqual(new Set(["/own/path"]))
      const off = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_TRACES_EXPORTER: "none" }
      expectDone(await world.run(["wait", "batch-1"], { env: { ...env, ...off } }))
      expect(new Set(received.map(({ path }) => path))).toEqual(new Set(["/own/path", "/v1/metrics"]))
    })
  )

  it(
    "go through the proxy, with the credentials in the URL of the collector",
    inWorld(async (world) => {
      const received: Array<Received> = []
      const collect = collecting(received)
      const answers = documentedServer(() => documentedAnswer)
      const proxy = await proxyTo(world, (request, response) =>
        (request.url?.startsWith("/v1/") === true ? collect : answers)(request, response)
      )
      const env = accountBehind({ HTTPS_PROXY: `http://${proxy.host}` })
      const asked = await world.run(["status", "batch-1"], {
        env: { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: env.ACTIVECAMPAIGN_URL.replace("//", "//ada:s%40cret@") }
      })
      expectDone(asked)
      expect(spansOf(received).map(({ name }) => name)).toContain("ActiveCampaignClient.importInfo")
      expect(received[0]?.headers.authorization).toBe(`Basic ${btoa("ada:s@cret")}`)
    })
  )
})

describe.concurrent("a collector that cannot be used", () => {
  const named =
    /^ac-reconcile: Traces and metrics do not reach ([^\n]+): [^\n]+\. The command goes on without them\.\n$/

  it(
    "is named in one warning, and the command ends as it would without it",
    inWorld(async (world) => {
      const env = account(await world.serve(documentedServer(() => documentedAnswer)))
      const plain = await world.run(["status", "batch-1"], { env })
      const refusing = await collectorIn(world, 401)
      for (const [endpoint, host] of [
        ["http://127.0.0.1:1", "127.0.0.1:1"],
        [refusing.url, new URL(refusing.url).host],
        ["not a url", "a collector"]
      ] as const) {
        const ended = await world.run(["status", "batch-1"], {
          env: { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: "x-key=secret" }
        })
        expectCleanOutput(ended)
        expect(ended).toMatchObject({ code: 0, stdout: plain.stdout })
        expect(named.exec(ended.stderr)?.[1]).toBe(host)
        expect(ended.stderr).not.toContain("secret")
      }
    })
  )

  it(
    "is told in the envelope, if there is one",
    inWorld(async (world) => {
      const env = account(await world.serve(documentedServer(() => documentedAnswer)))
      const ended = await world.run(["status", "batch-1", "--json"], {
        env: { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" }
      })
      expect(ended).toMatchObject({ code: 0, stderr: "" })
      expect(envelopeOf(ended.stdout).warnings).toEqual([expect.stringContaining("do not reach 127.0.0.1:1")])
    })
  )

  it(
    "does not keep a command that is done, even if it never answers",
    inWorld(async (world) => {
      const env = account(await world.serve(documentedServer(() => documentedAnswer)))
      const mute = createServer(() => {})
      await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve))
      const address = mute.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      try {
        // It would wait for ever, and the test with it.
        const ended = await world.run(["status", "batch-1"], {
          env: { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` }
        })
        expect(ended.code).toBe(0)
        expect(ended.stderr).toMatch(named)
      } finally {
        mute.close()
      }
    })
  )
})

/** Notes each connection that a process opens, and each name that it looks up. */
const hook = `
  const { appendFileSync } = require("node:fs")
  const net = require("node:net")
  const dns = require("node:dns")
  const dgram = require("node:dgram")
  const note = (text) => appendFileSync(process.env.NOTES, text + "\\n")
  const { connect } = net.Socket.prototype
  net.Socket.prototype.connect = function (...args) {
    const [options] = [args[0]].flat()
    note("connect " + (options?.path ?? (options?.host ?? "") + ":" + options?.port))
    return connect.apply(this, args)
  }
  for (const name of ["lookup", "resolve", "resolve4", "resolve6"]) {
    const own = dns[name]
    dns[name] = (...args) => { note("dns " + args[0]); return own(...args) }
  }
  const { send } = dgram.Socket.prototype
  dgram.Socket.prototype.send = function (...args) { note("udp"); return send.apply(this, args) }
`

describe.concurrent("a run of which nobody asked for traces", () => {
  it(
    "makes no connection but to the account",
    inWorld(async (world) => {
      const env = await withContacts(world)
      world.write("hook.cjs", hook)
      const watched = { NODE_OPTIONS: `--require ${world.path("hook.cjs")}`, NOTES: world.path("notes.txt") }
      expectDone(await world.run(["run", ...quickly], { env: { ...env, ...watched } }))
      const host = new URL(env.ACTIVECAMPAIGN_URL).host
      expect(new Set(world.read("notes.txt").trimEnd().split("\n"))).toEqual(new Set([`connect ${host}`]))
    })
  )

  it(
    "would be seen by this test to make another one",
    inWorld(async (world) => {
      const env = await withContacts(world)
      const { url } = await collectorIn(world)
      world.write("hook.cjs", hook)
      const watched = { NODE_OPTIONS: `--require ${world.path("hook.cjs")}`, NOTES: world.path("notes.txt") }
      const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: url }
      expectDone(await world.run(["run", ...quickly], { env: { ...env, ...watched, ...traced } }))
      expect(world.read("notes.txt")).toContain(`connect ${new URL(url).host}`)
    })
  )
})
