import { expect } from "vitest"
import { type Ended, token } from "./World.js"

/** The envelope of `--json`. */
export interface Envelope {
  readonly command: string
  readonly exitCode: number
  readonly result?: unknown
  readonly error?: { readonly code: string; readonly message: string }
}

/** One JSON document and nothing else. */
export const envelopeOf = (stdout: string): Envelope => JSON.parse(stdout)

/** Everything a process said, without a token, a stack trace or a colour in it. */
export const expectCleanOutput = ({ stderr, stdout }: Ended) => {
  const all = stdout + stderr
  expect(all).not.toContain(token)
  expect(all).not.toMatch(/^\s+at .*(:\d+|node:internal)/m)
  expect(all).not.toContain("\u001b")
}

/** A refusal: nothing on stdout but what a run begins with, one line on stderr that ends as a sentence does, and this exit code. */
export const expectRefusal = (ended: Ended, code: number, like: RegExp) => {
  expectCleanOutput(ended)
  expect(ended.stderr.trim()).toMatch(like)
  expect(ended.stderr.trim()).toMatch(/^[^\n]+[.')]$/)
  expect(ended.stdout.replace(/^Following [\d,]+ batch(es)? …\n/, "")).toBe("")
  expect(ended.code).toBe(code)
}

/** Success without a word of complaint. */
export const expectDone = (ended: Ended) => {
  expectCleanOutput(ended)
  expect(ended).toMatchObject({ code: 0, signal: null, stderr: "" })
}
