import { constants } from "node:fs"
import * as Effect from "effect/Effect"
import { type DiskError, opened, type Operations, use } from "../../files/Disk.js"
import type { Person } from "./person.js"
import { readingsOf } from "./readings.js"
import type { Others } from "./search.js"

export interface BytesRead {
  readonly bytes: number
  /** Places with the letters of the address. */
  readonly occurrences: number
  /** Those of them that are not part of a longer address in the tables. */
  readonly unexplained: number
}

interface After {
  readonly after: string
  readonly isLong: boolean
}

/** What may follow the address in a longer one, by what precedes it there. */
interface Around {
  readonly byBefore: ReadonlyMap<string, ReadonlyArray<After>>
  /** The lengths of what precedes it. */
  readonly lengths: ReadonlyArray<number>
}

const aroundOf = (others: Others, address: string): Around => {
  const byBefore = new Map<string, Array<After>>()
  for (const [other, isLong] of others) {
    for (let at = other.indexOf(address); at !== -1; at = other.indexOf(address, at + 1)) {
      const before = other.slice(0, at)
      if (other === address) continue
      const afters = byBefore.get(before) ?? []
      afters.push({ after: other.slice(at + address.length), isLong })
      byBefore.set(before, afters)
    }
  }
  return { byBefore, lengths: [...new Set([...byBefore.keys()].map((before) => before.length))] }
}

/** Whether a text goes on as expected, as far as this page shows if it goes on in another one. */
const goesOn = (rest: string, { after, isLong }: After) => {
  if (rest.startsWith(after)) return true
  const end = rest.indexOf("\0")
  const told = end === -1 ? rest : rest.slice(0, end)
  return isLong && told.length < after.length && after.startsWith(told)
}

const isWithinOther = (
  begun: string,
  rest: string,
  { byBefore, lengths }: Around,
  continues: boolean
): boolean =>
  lengths.some(
    (length) =>
      begun.length >= length &&
      byBefore.get(begun.slice(begun.length - length))?.some((one) => goesOn(rest, one))
  ) ||
  (continues &&
    [...byBefore].some(
      ([before, afters]) =>
        begun.length < before.length &&
        before.endsWith(begun) &&
        afters.some((one) => one.isLong && goesOn(rest, one))
    ))

const longest = 320

const searchPage = (page: Buffer, person: Person, around: ReadonlyArray<Around>) => {
  // A page that continues a long text begins with the number of the next page, which is not text.
  const continues = page[0] === 0
  const written = (continues ? page.subarray(4) : page).toString("utf8")
  let occurrences = 0
  let unexplained = 0
  for (const { text } of readingsOf(written, { places: false })) {
    let found = 0
    for (const [index, address] of person.addresses.entries()) {
      const others = around[index]
      for (let at = text.indexOf(address); at !== -1; at = text.indexOf(address, at + 1)) {
        found += 1
        const begun = text.slice(Math.max(0, at - longest), at)
        const rest = text.slice(at + address.length, at + address.length + longest)
        if (others === undefined || !isWithinOther(begun, rest, others, continues)) unexplained += 1
      }
    }
    occurrences = Math.max(occurrences, found)
  }
  return { occurrences, unexplained }
}

/** How much is read at once, and how much of it again with the next part. Pages of SQLite are independent. */
const chunksOf = (
  disk: Operations,
  descriptor: number
): { readonly size: number; readonly again: number } => {
  const header = Buffer.alloc(18)
  const read = disk.read(descriptor, header, 0)
  const whole = 1 << 16
  if (read < 18 || header.toString("latin1", 0, 15) !== "SQLite format 3") {
    return { size: whole, again: 12 * longest }
  }
  const size = header.readUInt16BE(16)
  return { size: size === 1 ? whole : size, again: 0 }
}

/**
 * Reads a file page by page, unused pages included. Letters of the address are accounted for only if they are part of a
 * longer address in the tables.
 */
export const searchBytes = (
  path: string,
  person: Person,
  others: Others
): Effect.Effect<BytesRead, DiskError> =>
  Effect.scoped(
    Effect.gen(function* () {
      const descriptor = yield* opened(path, constants.O_RDONLY)
      const around = person.addresses.map((address) => aroundOf(others, address))
      const { again, size } = yield* use((disk) => chunksOf(disk, descriptor))
      const page = Buffer.alloc(size)
      let [bytes, occurrences, unexplained] = [0, 0, 0]
      for (let turn = 1, at = 0; ; turn++, at += size - again) {
        const read = yield* use((disk) => disk.read(descriptor, page, at))
        bytes = Math.max(bytes, at + read)
        const found = searchPage(page.subarray(0, read), person, around)
        occurrences += found.occurrences
        unexplained += found.unexplained
        if (read < size) return { bytes, occurrences, unexplained }
        if (turn % 256 === 0) yield* Effect.yieldNow()
      }
    })
  )
