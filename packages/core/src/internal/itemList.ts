import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { loose, looseCount } from "./loose.js"

const unreadable = Schema.transform(
  Schema.Unknown.annotations({ jsonSchema: { type: "null" } }),
  Schema.Null,
  { strict: true, decode: () => null, encode: () => null }
)

/** If two items with one ID differ, one of them is wrong, and nothing says which. */
const withoutConflicts = <A extends { readonly id: string }>(items: ReadonlyArray<A>): ReadonlyArray<A> => {
  const known = new Map<string, A>()
  const conflicting = new Set<string>()
  for (const item of items) {
    const before = known.get(item.id)
    if (before !== undefined && !Equal.equals(before, item)) conflicting.add(item.id)
    known.set(item.id, item)
  }
  return conflicting.size === 0 ? items : items.filter(({ id }) => !conflicting.has(id))
}

/**
 * A list whose items are read one by one, so that an invalid one does not spoil the others. PHP writes some lists as objects,
 * which counts as one more unreadable item.
 */
export const itemList = <A extends { readonly id: string }, I>(schema: Schema.Schema<A, I>) => {
  const item = Schema.Union(schema, unreadable)
  const list = Schema.Union(Schema.Array(item), Schema.Record({ key: Schema.String, value: item }))
  return Schema.transform(
    list,
    Schema.Struct({
      items: Schema.Array(Schema.typeSchema(schema)).pipe(
        Schema.filter((items) => withoutConflicts(items) === items)
      ),
      // Each is an item of the list as it is written.
      unreadable: Schema.NonNegativeInt.annotations({ arbitrary: () => (fc) => fc.nat(3) })
    }),
    {
      strict: true,
      decode: (list) => {
        const all = Object.values<A | null>(list)
        const items = withoutConflicts(all.filter((one) => one !== null))
        const odd = Array.isArray(list) ? 0 : 1
        return { items, unreadable: all.length - items.length + odd }
      },
      encode: ({ items, unreadable }) => [...items, ...Array.from({ length: unreadable }, () => null)]
    }
  )
}

/** How many match in total, if the page says so. */
export const pageMeta = loose(
  Schema.Struct({ total: Schema.OptionFromSelf(Schema.NonNegativeInt) }),
  ["object", "null"],
  ["total-types", "total-missing"],
  (meta) =>
    Schema.decodeUnknownOption(Schema.Struct({ total: looseCount("total-types", "total-missing") }))(meta),
  ({ total }) => ({ total: Option.match(total, { onNone: () => null, onSome: String }) })
)
