/** The part of Node's zlib that is used. Bun and Deno have it, too. */
interface Zlib {
  readonly [name: string]: unknown
}

type Unpacker = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array

const isUnpacker = (value: unknown): value is Unpacker => typeof value === "function"

/** Looked up by name, not imported: browsers do not have it and do not need it, because `fetch` unpacks. */
const zlib = (): Zlib | undefined => {
  const process: unknown = Reflect.get(globalThis, "process")
  if (typeof process !== "object" || process === null || !("getBuiltinModule" in process)) return undefined
  const { getBuiltinModule } = process
  return typeof getBuiltinModule === "function" ? getBuiltinModule("node:zlib") : undefined
}

const unpackers: { readonly [encoding: string]: string } = {
  gzip: "gunzipSync",
  "x-gzip": "gunzipSync",
  deflate: "inflateSync",
  br: "brotliDecompressSync"
}

export type Unpacked =
  | { readonly _tag: "Unpacked"; readonly bytes: ArrayBuffer }
  | { readonly _tag: "TooLarge" }
  | { readonly _tag: "NotPacked" }

/**
 * Unpacks a body that was packed although the client did not ask for it and does not unpack it. Clients that unpack leave
 * the header as it was; their bytes cannot be unpacked again.
 */
export const unpack = (bytes: ArrayBuffer, encoding: string, limit: number): Unpacked => {
  const name = unpackers[encoding.trim().toLowerCase()]
  const unpacker = name === undefined ? undefined : zlib()?.[name]
  if (!isUnpacker(unpacker)) return { _tag: "NotPacked" }
  try {
    const unpacked = unpacker(new Uint8Array(bytes), { maxOutputLength: limit })
    // The buffer may be longer, and shared.
    return { _tag: "Unpacked", bytes: Uint8Array.from(unpacked).buffer }
  } catch (error) {
    const isTooLarge =
      typeof error === "object" && error !== null && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE"
    return { _tag: isTooLarge ? "TooLarge" : "NotPacked" }
  }
}
