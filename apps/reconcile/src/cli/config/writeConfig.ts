import { dirname } from "node:path"
import * as Effect from "effect/Effect"
import { parse, stringify, type TomlTable } from "smol-toml"
import { use } from "../../files/Disk.js"
import { OutputError } from "../../files/OutputError.js"
import { follow, pathOf } from "../../files/Place.js"
import * as Unfinished from "../../files/Unfinished.js"
import { content } from "../../files/Writer.js"

/** An account as a config file names it. */
export interface Entry {
  readonly profile: string | undefined
  readonly url: string
  readonly apiKeyFile: string | undefined
}

const fieldsOf = ({ apiKeyFile, url }: Entry): TomlTable => ({
  url,
  ...(apiKeyFile === undefined ? {} : { api_key_file: apiKeyFile })
})

const heading = `# Settings of ac-reconcile. Check them with 'ac-reconcile doctor'.
# The API key never stands here, only the name of a file that has it.
`

/** The text of the file with one more account in it. The existing text stays as it is, including comments. */
export const added = (text: string | undefined, entry: Entry): string => {
  const section =
    entry.profile === undefined
      ? stringify(fieldsOf(entry))
      : stringify({ profiles: { [entry.profile]: fieldsOf(entry) } })
  if (text === undefined || text.trim() === "") return `${heading}\n${section}`
  // Fields outside a table must come before the first table.
  return entry.profile === undefined ? `${section}\n${text}` : `${text.trimEnd()}\n\n${section}`
}

const tableIn = (table: TomlTable, key: string): TomlTable => {
  const found = table[key]
  return typeof found === "object" && !Array.isArray(found) && !(found instanceof Date) ? found : {}
}

/** The text of the file with one account replaced. Other settings stay, but comments are lost. */
export const replaced = (text: string, entry: Entry): string => {
  const { api_key_file: _file, url: _url, ...top } = parse(text)
  if (entry.profile === undefined) return stringify({ ...fieldsOf(entry), ...top })
  const profiles = tableIn(parse(text), "profiles")
  const { api_key_file: _, url: __, ...own } = tableIn(profiles, entry.profile)
  return stringify({
    ...parse(text),
    profiles: { ...profiles, [entry.profile]: { ...fieldsOf(entry), ...own } }
  })
}

const makeFolder = (folder: string): Effect.Effect<void> =>
  use((disk) => disk.makeFolder(folder, 0o700)).pipe(
    Effect.catchIf(
      ({ code }) => code === "ENOENT" && dirname(folder) !== folder,
      () =>
        Effect.zipRight(
          makeFolder(dirname(folder)),
          use((disk) => disk.makeFolder(folder, 0o700))
        )
    ),
    // If the folder exists already, or cannot be made, writing the file shows it.
    Effect.ignore
  )

/** Writes a file that only its owner can read, completely or not at all. It replaces an existing one. */
export const writePrivately = (path: string, text: string): Effect.Effect<void, OutputError> =>
  Effect.gen(function* () {
    yield* makeFolder(dirname(path))
    const target = pathOf(yield* follow(path)) ?? path
    const { complete, file, write } = yield* content(target, { sealed: false })
    yield* write(text)
    yield* complete(target, "free")
    yield* Unfinished.nameOver(file, target)
  }).pipe(
    Effect.scoped,
    Effect.mapError(
      ({ reason }) =>
        new OutputError({ file: path, reason, hint: "Check its folder, or set XDG_CONFIG_HOME to another." })
    )
  )
