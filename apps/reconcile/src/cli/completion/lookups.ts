// What the scripts look up when Tab is pressed, in words that all three shells read alike.

/** Prints the IDs of batches. What they begin with follows, and the options that name the file. */
export const batchIds = "command ac-reconcile complete batches"

/** Prints the names of the profiles in the config file that is given. */
export const profileNames = String.raw`command sed -n 's/^[[:space:]]*\[profiles\.\([A-Za-z0-9_-]*\)][[:space:]]*\(#.*\)*$/\1/p'`
