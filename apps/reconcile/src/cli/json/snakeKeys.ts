type Plain = string | number | bigint | boolean | null | undefined

type Snake<Key> = Key extends `${infer First}${infer Rest}`
  ? First extends "_"
    ? `_${Snake<Rest>}`
    : First extends Lowercase<First>
      ? `${First}${Snake<Rest>}`
      : `_${Lowercase<First>}${Snake<Rest>}`
  : Key

/** A value with keys in the style of columns, `batch_id`. Tags, which only the code needs, are left out. */
export type SnakeKeys<A> = A extends Plain
  ? A
  : A extends ReadonlyArray<unknown>
    ? { readonly [Index in keyof A]: SnakeKeys<A[Index]> }
    : { readonly [Key in keyof A as Key extends "_tag" ? never : Snake<Key>]: SnakeKeys<A[Key]> }

const snake = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** The same for a value that is about to be written as JSON. */
export const snakeKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(snakeKeys)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => (key === "_tag" ? [] : [[snake(key), snakeKeys(one)]]))
  )
}
