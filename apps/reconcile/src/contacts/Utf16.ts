export interface State {
  readonly littleEndian: boolean
  /** Bytes that do not make a character yet: half of a code unit, or the first half of a surrogate pair. */
  readonly rest: Uint8Array
}

const nothing = new Uint8Array(0)

export const start = (littleEndian: boolean): State => ({ littleEndian, rest: nothing })

/** Marks what is not a character in UTF-16: it is invalid UTF-8 too, so the row that has it is found. */
const noCharacter = Buffer.of(0xff)

/** UTF-16 as UTF-8; the result does not depend on how the bytes were cut. */
export const feed = (state: State, bytes: Uint8Array): readonly [State, Uint8Array] => {
  const input = Buffer.concat([state.rest, bytes])
  let end = input.length - (input.length % 2)
  const last = end === 0 ? 0 : state.littleEndian ? input.readUInt16LE(end - 2) : input.readUInt16BE(end - 2)
  if (last >= 0xd800 && last <= 0xdbff) end -= 2
  const rest = Uint8Array.from(input.subarray(end))
  const units = input.subarray(0, end)
  const text = (state.littleEndian ? units : units.swap16()).toString("utf16le")
  return [{ ...state, rest }, encoded(text)]
}

/** What the end of the input leaves over is no character. */
export const finish = ({ rest }: State): Uint8Array => (rest.length === 0 ? nothing : noCharacter)

const encoded = (text: string): Uint8Array => {
  const parts = text.split(/\p{Cs}/u)
  if (parts.length === 1) return Buffer.from(text)
  return Buffer.concat(
    parts.flatMap((part, i) => (i === 0 ? [Buffer.from(part)] : [noCharacter, Buffer.from(part)]))
  )
}
