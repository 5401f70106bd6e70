/**
 * One way to read a text. `from` has the place in the text where each character of the reading begins; its last number is
 * the length of the text. It is left out unless places are asked for.
 */
export interface Reading {
  readonly text: string
  readonly from?: Uint32Array
}

interface Step {
  readonly pattern: RegExp
  readonly by: (found: string) => string
}

const latin1Names =
  "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml"

/** HTML's names for characters that an address can contain. */
const named: ReadonlyMap<string, string> = new Map([
  ...latin1Names.split(" ").map((name, at) => [name, String.fromCharCode(160 + at)] as const),
  ...Object.entries({
    amp: "&",
    apos: "'",
    commat: "@",
    dash: "-",
    equals: "=",
    gt: ">",
    hyphen: "-",
    lowbar: "_",
    lt: "<",
    num: "#",
    percnt: "%",
    period: ".",
    plus: "+",
    quot: '"',
    sol: "/"
  })
])

const short: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }

const codePoint = (number: number, otherwise: string) =>
  number <= 0x10ffff ? String.fromCodePoint(number) : otherwise

const unescaped = (found: string): string => {
  if (found.startsWith("\\")) {
    const char = found.charAt(1)
    return char === "u"
      ? String.fromCharCode(Number.parseInt(found.slice(2), 16))
      : char === "x"
        ? String.fromCharCode(Number.parseInt(found.slice(2), 16))
        : (short[char] ?? char)
  }
  if (found.startsWith("%")) return Buffer.from(found.replaceAll("%", ""), "hex").toString("utf8")
  const name = found.slice(1, -1)
  if (!name.startsWith("#")) return named.get(name) ?? found
  return /^#x/i.test(name)
    ? codePoint(Number.parseInt(name.slice(2), 16), found)
    : codePoint(Number(name.slice(1)), found)
}

/** One escape of JSON, of a URL or of HTML. A second turn reads what was escaped twice. */
const unescape: Step = {
  pattern:
    /\\(?:u[\da-f]{4}|x[\da-f]{2}|["\\/bfnrt])|%(?:[0-7][\da-f]|[cd][\da-f]%[89ab][\da-f]|e[\da-f](?:%[89ab][\da-f]){2}|f[0-7](?:%[89ab][\da-f]){3})|&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]+\d*);/gi,
  by: unescaped
}

const escapeFirst = new RegExp(`^(?:${unescape.pattern.source})`, "i")
const entityLast = /&#?[a-z0-9]{1,8};$/i

const ifRead = (found: string | undefined) => (found === undefined || unescaped(found) === found ? "" : found)

/** The escape at the start of a text, if there is one. Only the next reading shows what it stands for. */
export const escapeAfter = (text: string): string => ifRead(escapeFirst.exec(text)?.[0])

/** The same at the end of a text, if it does not look like letters. */
export const escapeBefore = (text: string): string => ifRead(entityLast.exec(text)?.[0])

/** Invisible characters: soft hyphens, zero-width spaces, direction marks. */
const unseen: Step = {
  pattern: /(?:[\p{Cf}\p{Variation_Selector}\u115f\u1160\u3164]|\u034f)+/gu,
  by: () => ""
}

export const withoutUnseen = (text: string): string => text.replace(unseen.pattern, "")

const lower = (text: string) => text.normalize("NFC").toLowerCase().normalize("NFC").replaceAll("ς", "σ")

/** Characters that compose with each other are changed together. */
const fold: Step = {
  pattern: /[\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff]+|\P{M}\p{M}+|[^\0-\x7f]|[A-Z]+/gu,
  by: lower
}

const plain = /^[\0-\x7f]*$/

/** As addresses are compared: in Unicode NFC and lower case. */
export const folded = (text: string): string => (plain.test(text) ? text.toLowerCase() : lower(text))

const taken = (reading: Reading, { by, pattern }: Step): Reading => {
  if (reading.from === undefined) return { text: reading.text.replace(pattern, by) }
  const pieces: Array<string> = []
  const from: Array<number> = []
  let at = 0
  const keep = (to: number) => {
    pieces.push(reading.text.slice(at, to))
    for (; at < to; at++) from.push(reading.from?.[at] ?? 0)
  }
  for (const { 0: found, index } of reading.text.matchAll(pattern)) {
    keep(index)
    const piece = by(found)
    pieces.push(piece)
    for (let unit = 0; unit < piece.length; unit++) {
      from.push(reading.from[index + (piece.length === found.length ? unit : 0)] ?? 0)
    }
    at = index + found.length
  }
  keep(reading.text.length)
  from.push(reading.from[reading.text.length] ?? 0)
  return { text: pieces.join(""), from: Uint32Array.from(from) }
}

const inPlace = (text: string): Reading => ({
  text,
  from: Uint32Array.from({ length: text.length + 1 }, (_, at) => at)
})

/** Enough for JSON in a URL in JSON. A text with more layers is not an address. */
const depth = 8

const mayHide = /[\\%&]/
const isUnseen = new RegExp(unseen.pattern.source, "u")

/**
 * Every way to read a text: as it is, and with its escapes resolved layer by layer, even if it does not parse or is cut
 * off. All are folded like addresses. With `places`, which takes longer, each reading has the places of its characters.
 */
export function* readingsOf(text: string, options: { readonly places: boolean }): Generator<Reading> {
  let reading: Reading = options.places ? inPlace(text) : { text }
  for (let layer = 0; layer <= depth; layer++) {
    const seen = isUnseen.test(reading.text) ? [reading, taken(reading, unseen)] : [reading]
    for (const one of seen) yield options.places ? taken(one, fold) : { text: folded(one.text) }
    if (!mayHide.test(reading.text)) return
    const next = taken(reading, unescape)
    if (next.text === reading.text) return
    reading = next
  }
}
