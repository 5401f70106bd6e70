import type { Difference } from "../schema/words.js"
import { forms, isOneEdit } from "./difference.js"

export interface Sent {
  readonly email: string
  readonly emailKey: string
}

export interface Near {
  readonly email: string
  readonly difference: Difference
}

/** How many are offered for each reported address. More would be no help. */
const offered = 5

/** How many are compared in one place of the index. Only texts made up to be slow have more there. */
const atOnePlace = 4 * offered

/** A text longer than any address is compared only in its forms. */
const longestAddress = 320

const base = 0x01000193

/** A hash of a text, and of each text without one of its letters, in the time it takes to read it once. */
const numbersOf = (text: string): { readonly whole: number; readonly lacking: ReadonlyArray<number> } => {
  const length = text.length
  const upTo = new Int32Array(length + 1)
  const powers = new Int32Array(length + 1)
  powers[0] = 1
  for (let at = 0; at < length; at++) {
    upTo[at + 1] = (Math.imul(upTo[at] ?? 0, base) + text.charCodeAt(at) + 1) | 0
    powers[at + 1] = Math.imul(powers[at] ?? 0, base)
  }
  const whole = upTo[length] ?? 0
  const lacking: Array<number> = []
  for (let at = 0; at < length; at++) {
    if (at > 0 && text[at] === text[at - 1]) continue
    const power = powers[length - at - 1] ?? 0
    const behind = (whole - Math.imul(upTo[at + 1] ?? 0, power)) | 0
    lacking.push((Math.imul(upTo[at] ?? 0, power) + behind) | 0)
  }
  return { whole, lacking }
}

/**
 * The addresses sent in a batch, indexed so that similar ones are found without comparing all of them: by their forms, and
 * by their rests without one letter, which two addresses one edit apart have in common.
 */
export class SentIndex {
  private readonly byForm: ReadonlyArray<Map<string, Array<number>>> = forms.map(() => new Map())
  private readonly heads = new Map<number, number>()
  private readonly tails = new Map<number, number>()
  private readonly entries: Array<number> = []
  private readonly next: Array<number> = []
  /** How many pairs of addresses were compared. */
  compared = 0

  private readonly sent: ReadonlyArray<Sent>

  constructor(sent: ReadonlyArray<Sent>) {
    this.sent = sent
    for (const [index, { emailKey }] of sent.entries()) {
      for (const [at, [, of]] of forms.entries()) {
        for (const form of of(emailKey)) {
          const same = this.byForm[at]?.get(form)
          if (same === undefined) this.byForm[at]?.set(form, [index])
          else if (same.length < atOnePlace) same.push(index)
        }
      }
      if (emailKey.length > longestAddress) continue
      const { lacking, whole } = numbersOf(emailKey)
      this.put(whole, index)
      for (const number of lacking) this.put(number, index)
    }
  }

  private put(number: number, index: number) {
    const entry = this.entries.push(index) - 1
    const tail = this.tails.get(number)
    if (tail === undefined) this.heads.set(number, entry)
    else this.next[tail] = entry
    this.tails.set(number, entry)
  }

  private *at(number: number): Generator<number> {
    let entry = this.heads.get(number)
    for (let seen = 0; entry !== undefined && seen < atOnePlace; seen++) {
      const index = this.entries[entry]
      if (index !== undefined) yield index
      entry = this.next[entry]
    }
  }

  /** The few sent addresses that are most similar to a reported one that was not sent. */
  nearestTo(reported: string): ReadonlyArray<Near> {
    const near = new Map<number, Difference>()
    for (const [at, [difference, of]] of forms.entries()) {
      for (const form of of(reported)) {
        for (const index of this.byForm[at]?.get(form) ?? []) {
          this.compared += 1
          if (this.sent[index]?.emailKey !== reported && !near.has(index)) near.set(index, difference)
        }
      }
    }
    if (reported.length <= longestAddress && near.size < offered) {
      const { lacking, whole } = numbersOf(reported)
      for (const number of [whole, ...lacking]) {
        for (const index of this.at(number)) {
          if (near.has(index)) continue
          this.compared += 1
          if (isOneEdit(reported, this.sent[index]?.emailKey ?? "")) near.set(index, "one-edit")
        }
        if (near.size >= offered) break
      }
    }
    return [...near].slice(0, offered).map(([index, difference]) => ({
      email: this.sent[index]?.email ?? "",
      difference
    }))
  }
}
