/** A word of a command line as a shell reads it back. */
const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

/** The option that names the file; empty for the usual one. */
const dbOption = (file: string): string => (file === "./reconcile.db" ? "" : ` --db ${shellWord(file)}`)

/**
 * A command to be copied into a shell: its words, what it is about, and its file. The parser takes a word that begins with
 * - for an option, unless it comes last, after --.
 */
export const shellCall = (command: string, file: string, ...subjects: ReadonlyArray<string>): string => {
  const words = subjects.map((subject) => ` ${shellWord(subject)}`).join("")
  return subjects.some((subject) => subject.startsWith("-"))
    ? `ac-reconcile ${command}${dbOption(file)} --${words}`
    : `ac-reconcile ${command}${words}${dbOption(file)}`
}
