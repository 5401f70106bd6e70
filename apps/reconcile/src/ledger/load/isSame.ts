/** How the contacts of a source are identified: by a key of their own, or by their address. */
export type Kind = "keyed" | "unkeyed"

/** True if a staged row `n` differs from the contact `l`, or is new. */
export const differs = `l.local_contact_id IS NULL OR l.email IS NOT n.email OR l.contact_id IS NOT n.contact_id
    OR (n.batch IS NOT NULL AND l.batch IS NOT n.batch) OR l.shape_id <> n.shape_id OR l.cells <> n.cells`

/**
 * True if a contact of the same address is the one that a row means, by its key or its occurrence. A key is compared, not
 * searched for: the plus sign keeps SQLite from using the index of the keys.
 */
export const sameTurn = (kind: Kind, turn: string) =>
  kind === "keyed" ? "+l.source_key = n.source_key" : `l.occurrence = ${turn}`

/** True if a contact is what the row of the same address says, unchanged. */
export const isSame = (kind: Kind) => `${sameTurn(kind, "1")} AND NOT (${differs})`
