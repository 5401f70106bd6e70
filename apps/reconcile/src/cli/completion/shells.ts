// What the scripts have in common.

/** The shells that a completion script is written for. */
export const shells = ["bash", "zsh", "fish"] as const

export type Shell = (typeof shells)[number]

/** A text in quotes, in which bash, zsh and sh change nothing. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

export const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim()

/** Prints the IDs of batches. `--beginning TEXT` follows, and the options that name the file. */
export const batchIds = "command ac-reconcile complete batches"

/** Prints the names of the profiles in the config file whose path follows. */
export const profileNames = String.raw`command sed -n 's/^[[:space:]]*\[profiles\.\([A-Za-z0-9_-]*\)][[:space:]]*\(#.*\)*$/\1/p'`
