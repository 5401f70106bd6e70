/** What the first bytes of a file say it is, and what to do if it cannot be read. */
export type FileKind =
  | { readonly _tag: "Utf8" }
  | { readonly _tag: "Utf16"; readonly littleEndian: boolean }
  | { readonly _tag: "Refused"; readonly reason: string }

/** This many bytes are enough to tell every kind. */
const headLength = 16

/** The kind of an archive depends on the names of the files in it, which come later. */
const archiveHeadLength = 64 * 1024

const saveAsCsv = "Open it and save the contacts as CSV (UTF-8)."

const unpack = (name: string, command: string) =>
  `this is compressed with ${name}, which is not supported (gzip is). Unpack it first, for example with ${command}.`

const image = "this is a picture, not text. Load the contacts as CSV or JSON lines."
const veryOldExcel = `this is a very old Excel workbook (.xls). ${saveAsCsv}`
const utf32 = "the file is UTF-32. Save it as UTF-8."

/** First bytes, as Latin-1, with the refusal. */
const refusals: ReadonlyArray<readonly [string, string]> = [
  ["\xD0\xCF\x11\xE0", `this is an old Excel workbook (.xls) or another old Office document. ${saveAsCsv}`],
  ["\x09\x08\x10\0", veryOldExcel],
  ["\x09\x08\x08\0", veryOldExcel],
  ["\x09\x04\x06\0", veryOldExcel],
  ["\x09\x02\x06\0", veryOldExcel],
  ["\x09\0\x04\0", veryOldExcel],
  ["%PDF-", "this is a PDF. Export the contacts as CSV (UTF-8) from the program that made it."],
  [
    "SQLite format 3\0",
    "this is a SQLite file. Read it with --from, and choose the rows with --table or --query."
  ],
  ["\x28\xB5\x2F\xFD", unpack("Zstandard", "zstd -d")],
  ["BZh91AY&SY", unpack("bzip2", "bunzip2")],
  ["\xFD7zXZ\0", unpack("xz", "unxz")],
  ["\x04\x22\x4D\x18", unpack("LZ4", "lz4 -d")],
  ["\x1F\x9D", unpack("compress", "uncompress")],
  ["\x1F\x8B", "this is gzip, but packed twice or in an unknown way. Unpack it first, with gunzip."],
  ["7z\xBC\xAF\x27\x1C", unpack("7-Zip", "7z x")],
  ["Rar!\x1A\x07", unpack("RAR", "unrar x")],
  ["PAR1\x15", "this is a Parquet file. Export it as CSV or JSON lines."],
  ["\x89PNG\r\n", image],
  ["\xFF\xD8\xFF", image],
  ["\xFF\xFE\0\0", utf32],
  ["\0\0\xFE\xFF", utf32]
]

/** The kind of an archive, by how the name of a file in it begins. */
const archives: ReadonlyArray<readonly [string, string]> = [
  ["xl/", "this is an Excel workbook (.xlsx). Open it and save the sheet as CSV (UTF-8)."],
  ["Index/", "this is a Numbers document. Export the sheet as CSV (UTF-8)."],
  ["word/", `this is a Word document. ${saveAsCsv}`],
  ["mimetype", "this is an OpenDocument file (.ods). Open it and save the sheet as CSV (UTF-8)."],
  ["[Content_Types].xml", `this is an Office document, most likely an Excel workbook (.xlsx). ${saveAsCsv}`],
  ["", "this is a ZIP archive. Unpack it and load the file in it."]
]

const archiveEntry = "PK\x03\x04"

const utf16WithoutMark =
  "the file looks like UTF-16 without a byte order mark. " +
  "Save it as UTF-8, for example with iconv -f UTF-16LE -t UTF-8 (or UTF-16BE)."

const latin1 = (bytes: Uint8Array, length: number) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(length, bytes.length)).toString("latin1")

const refused = (reason: string): FileKind => ({ _tag: "Refused", reason })

/** Undefined: more of the file is needed to tell. */
export const ofBytes = (head: Uint8Array, isWhole: boolean): FileKind | undefined => {
  if (head.length < headLength && !isWhole) return undefined
  const first = latin1(head, headLength)
  const found = refusals.find(([beginning]) => first.startsWith(beginning))
  if (found !== undefined) return refused(found[1])
  if (/^BZh[1-8]1AY&SY/.test(first)) return refused(unpack("bzip2", "bunzip2"))
  if (first.startsWith("\xFF\xFE")) return { _tag: "Utf16", littleEndian: true }
  if (first.startsWith("\xFE\xFF")) return { _tag: "Utf16", littleEndian: false }
  if (first.startsWith(archiveEntry) || first.startsWith("PK\x05\x06")) {
    if (head.length < archiveHeadLength && !isWhole) return undefined
    return refused(archiveReason(latin1(head, archiveHeadLength)))
  }
  return isHalfNul(first) ? refused(utf16WithoutMark) : { _tag: "Utf8" }
}

const archiveReason = (bytes: string): string => {
  const names: Array<string> = []
  for (let at = bytes.indexOf(archiveEntry); at !== -1; at = bytes.indexOf(archiveEntry, at + 1)) {
    const length = bytes.charCodeAt(at + 26) + 256 * bytes.charCodeAt(at + 27)
    names.push(bytes.slice(at + 30, at + 30 + length))
  }
  const found = archives.find(([beginning]) => names.some((name) => name.startsWith(beginning)))
  return (found ?? archives.at(-1))?.[1] ?? ""
}

/** ASCII written in UTF-16: every other byte is zero, and no other is. */
const isHalfNul = (bytes: string): boolean => {
  const zeros = [...bytes].flatMap((sign, at) => (sign === "\0" ? [at % 2] : []))
  return zeros.length > 0 && zeros.length >= Math.floor(bytes.length / 2) - 1 && new Set(zeros).size === 1
}

/** Why contacts cannot be read from a text, judged by its first line. */
export const refusalOfText = (text: string): string | null => {
  const firstLine = text.trimStart().split(/[\r\n]/, 1)[0] ?? ""
  if (/^<\?xml/i.test(firstLine)) {
    return "this is XML, as some programs save spreadsheets. Open it and save the contacts as CSV (UTF-8)."
  }
  if (/^<(?:!doctype|!--|html|head|body|meta|table|style|div|script)\b/i.test(firstLine)) {
    return `this is an HTML page, which some programs save with the ending .xls. ${saveAsCsv}`
  }
  if (firstLine.startsWith("{\\rtf")) return `this is a rich text document (RTF). ${saveAsCsv}`
  if (/^MIME-Version:/i.test(firstLine)) {
    return `this is a saved web page (MIME). ${saveAsCsv}`
  }
  if (/^BEGIN:VCARD/i.test(firstLine))
    return "these are vCards. Export the contacts as CSV (UTF-8) or JSON lines."
  if (/^\|.*\|\s*$/.test(firstLine)) {
    return "this is a Markdown table. Export the contacts as CSV (UTF-8) or JSON lines."
  }
  if (!firstLine.includes("\0")) return null
  if (firstLine.includes("ustar")) return "this is a tar archive. Unpack it and load the file in it."
  return "its first line contains NUL characters, so it is not text, or it is UTF-16 without a byte order mark. Save it as UTF-8."
}
