/** Raised when a field is removed or changes its meaning. New fields do not raise it. */
const version = 1

/** The command of an envelope, and its version: `ac-reconcile/batches-list/1`. */
export const schemaName = (command: string) => `ac-reconcile/${documentName(command)}/${version}`

/** `batches list` as part of a file name. */
export const documentName = (command: string) => command.replaceAll(" ", "-")
