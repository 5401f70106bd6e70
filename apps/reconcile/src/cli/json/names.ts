/** Raised when a field goes or means something else; more fields do not raise it. */
const version = 1

/** Which command's envelope it is, in which version: `ac-reconcile/batches-list/1`. */
export const schemaName = (command: string) => `ac-reconcile/${documentName(command)}/${version}`

/** `batches list` as a file name has it. */
export const documentName = (command: string) => command.replaceAll(" ", "-")
