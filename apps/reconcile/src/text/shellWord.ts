/** A word of a command line as a shell reads it back. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

/** The option that names the file in a command to be typed; empty for the usual file. */
export const dbOption = (file: string): string =>
  file === "./reconcile.db" ? "" : ` --db ${shellWord(file)}`
