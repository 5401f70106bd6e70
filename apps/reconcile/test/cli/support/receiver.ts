import type { IncomingMessage, ServerResponse } from "node:http"
import { expect } from "vitest"
import { documentedContacts, documentedFailure } from "./documented.js"
import { expectCleanOutput } from "./said.js"
import { type Ended, token, type World } from "./World.js"

export interface Received {
  readonly path: string
  readonly text: string
  readonly headers: IncomingMessage["headers"]
}

export const secret = "secret-path-of-a-webhook"

/** A server that keeps what it is sent, and answers as it is told. */
export const receiver = async (
  world: World,
  answer: (response: ServerResponse) => void = (response) => response.end()
) => {
  const received: Array<Received> = []
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    let text = ""
    request.setEncoding("utf8")
    request.on("data", (part: string) => {
      text += part
    })
    request.on("end", () => {
      received.push({ path: request.url ?? "", text, headers: request.headers })
      answer(response)
    })
  }
  return { received, listener, url: `${await world.serve(listener)}/${secret}` }
}

/** Neither the URL's secret nor the token is said, and neither the token nor an address is sent. */
export const expectNoSecret = (received: ReadonlyArray<Received>, ...ended: ReadonlyArray<Ended>) => {
  for (const one of ended) {
    expectCleanOutput(one)
    expect(one.stdout + one.stderr).not.toContain(secret)
  }
  const sent = JSON.stringify(received)
  expect(sent).not.toContain(token)
  for (const address of [...documentedContacts, ...documentedFailure]) {
    expect(sent.toLowerCase()).not.toContain(address.toLowerCase())
  }
}
