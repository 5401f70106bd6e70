/** How the contacts of a source are known: by a key of their own, or by their address. */
export type Kind = "keyed" | "unkeyed"

/** What is so of a contact `l` and a staged row `n` that is not the same, or new. */
export const differs = `l.local_contact_id IS NULL OR l.email IS NOT n.email OR l.contact_id IS NOT n.contact_id
    OR (n.batch IS NOT NULL AND l.batch IS NOT n.batch) OR l.shape_id <> n.shape_id OR l.cells <> n.cells`

/**
 * What makes a contact of the same address the one that a row means: its key, or its turn. A key is compared, not
 * searched for: the plus sign keeps SQLite from the index of the keys.
 */
export const sameTurn = (kind: Kind, turn: string) =>
  kind === "keyed" ? "+l.source_key = n.source_key" : `l.occurrence = ${turn}`

/** What must be so of a contact that is the row of the same address, and unchanged. */
export const isSame = (kind: Kind) => `${sameTurn(kind, "1")} AND NOT (${differs})`
