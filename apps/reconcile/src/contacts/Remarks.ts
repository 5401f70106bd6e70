import type { Remark, RemarkKind } from "./ContactRow.js"

export interface Counted {
  readonly kind: RemarkKind
  readonly count: number
  /** The first few. */
  readonly examples: ReadonlyArray<Remark>
}

export interface Remarks {
  readonly add: (remarks: ReadonlyArray<Remark>) => void
  /** By kind, the most frequent first. */
  readonly counted: () => ReadonlyArray<Counted>
}

const mostExamples = 3

/** Counts oddities of a source while it is read, keeping only a few examples of each kind. */
export const make = (): Remarks => {
  const kinds = new Map<RemarkKind, { count: number; readonly examples: Array<Remark> }>()
  return {
    add: (remarks) => {
      for (const remark of remarks) {
        const known = kinds.get(remark.kind) ?? { count: 0, examples: [] }
        known.count += 1
        if (known.examples.length < mostExamples) known.examples.push(remark)
        kinds.set(remark.kind, known)
      }
    },
    counted: () =>
      [...kinds]
        .map(([kind, { count, examples }]) => ({ kind, count, examples }))
        .sort((a, b) => b.count - a.count)
  }
}
