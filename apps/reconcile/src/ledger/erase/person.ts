import { domainToASCII, domainToUnicode } from "node:url"
import { fromAddress } from "effect-activecampaign/EmailKey"
import { escapeAfter, escapeBefore, folded, type Reading, readingsOf, withoutUnseen } from "./readings.js"

/** A person, by every address of theirs. An address whose host name has two forms counts in each. */
export interface Person {
  /** As in readings. */
  readonly addresses: ReadonlyArray<string>
  /**
   * Every text that contains one of them, whole or cut off, also contains this. It has no escape and no letter outside
   * ASCII.
   */
  readonly anchor: string
}

/** What replaces a person's address and contact IDs. */
export interface Names {
  readonly token: string
  readonly ids: ReadonlyMap<string, string>
}

/** The keys of an address: its own, and the one with its host name in the other form (Unicode or punycode). */
export const keysOf = (address: string): ReadonlyArray<string> => {
  const key = fromAddress(address)
  const at = key.lastIndexOf("@")
  const host = key.slice(at + 1)
  if (at < 1 || (/^[\0-\x7f]*$/.test(host) && !/(?:^|\.)xn--/.test(host))) return [key]
  const forms = [domainToASCII(host), domainToUnicode(host)].filter((form) => form !== "")
  return [...new Set([key, ...forms.map((form) => fromAddress(`${key.slice(0, at)}@${form}`))])]
}

/** Invisible characters are not part of a person's name. Every text is read with them and without. */
export const personOf = (address: string): Person => {
  const seen = withoutUnseen(address)
  const addresses = [
    ...new Set([...keysOf(seen), ...keysOf(address)].map((key) => withoutUnseen(folded(key))))
  ]
  const [first = ""] = addresses
  const runs = first.slice(0, first.lastIndexOf("@") + 1).match(/[!-~]+/g) ?? ["@"]
  return { addresses, anchor: runs.reduce((longest, run) => (run.length > longest.length ? run : longest)) }
}

/**
 * In SQL: whether a text may contain the person's address; `?` is their anchor. No other text contains it, in any reading.
 * GLOB stops at a NUL.
 */
export const mayHold = (text: string): string =>
  `(instr(lower(${text}), ?) > 0 OR ${text} GLOB '*[\\%&]*' OR ${text} GLOB '*[^ -~]*' OR instr(${text}, char(0)) > 0)`

/** Signs that join two words to one name before an @. All others (a slash, a bar, an equals sign) separate words. */
const joining = "'’&!$%*^"
const letters = "\\p{L}\\p{N}\\p{M}+_~-"

const tokenBefore = new RegExp(`[@.${joining}${letters}]*$`, "u")
const tokenAfter = new RegExp(`^[@.${joining}${letters}]*`, "u")

const fileEndings =
  "csv|tsv|tab|txt|jsonl?|ndjson|xlsx?|ods|xml|pdf|eml|msg|vcf|log|sql|gz|bz2|xz|zst|bak|old|orig|tmp|db|sqlite3?|rejects"

/** What makes an address the end or the beginning of a longer one. A file's extension does not. */
const goesOnBefore = new RegExp(`[${letters}](?:\\.+|[${joining}])?$`, "u")
const goesOnAfter = new RegExp(
  `^(?:-*[\\p{L}\\p{N}\\p{M}]|\\.(?!(?:${fileEndings})(?![\\p{L}\\p{N}]))[\\p{L}\\p{N}])`,
  "u"
)

/** A place of an address in a reading: by itself, or as part of a longer one, which is somebody else's. */
export interface Place {
  readonly from: number
  readonly to: number
  /** The longer address that it is part of, or the address with an escape beside it, which a further reading resolves. */
  readonly within?: string
}

const longest = 320

const placeAt = (text: string, from: number, to: number): Place => {
  const before = text.slice(Math.max(0, from - longest), from)
  const after = text.slice(to, to + longest)
  const left = tokenBefore.exec(before)?.[0] ?? ""
  const right = tokenAfter.exec(after)?.[0] ?? ""
  const whole = left + text.slice(from, to) + right
  const quote = /['’]?$/.exec(before)?.[0] ?? ""
  const sign = /^[.-]*/.exec(after)?.[0] ?? ""
  const escaped = {
    before: escapeBefore(before.slice(0, before.length - quote.length)),
    after: escapeAfter(after.slice(sign.length))
  }
  if (escaped.before !== "" || escaped.after !== "") {
    const within = escaped.before + (escaped.before && quote) + text.slice(from, to)
    return { from, to, within: within + (escaped.after && sign) + escaped.after }
  }
  return goesOnBefore.test(before) || goesOnAfter.test(after) ? { from, to, within: whole } : { from, to }
}

const bodyBegins = "(?:[[{]\\s*[\"'{[\\d]|<[^<>@]*>)"
const isBody = new RegExp(`^\\s*${bodyBegins}`)
const quotesBody = new RegExp(`activecampaign [^[{<]{0,200}${bodyBegins}`)

/** A cut-off escape, or the cut-off bytes of a letter. */
const cutEscape = "(?:\\\\(?:u[\\da-f]{0,3})?|%[\\da-f]?|&#?\\w{0,9}|\ufffd)?"
const endOfText = new RegExp(`^${cutEscape}$`)
const endOfQuote = new RegExp(`^${cutEscape}(?=[).]*(?:\\s|$))`)

/**
 * Where a text was cut off within the address, after its @: the end of a body, a quoted body where the message goes on, or
 * a text before an ellipsis. Without the @, the address could be anybody's.
 */
const cutOff = (text: string, address: string): ReadonlyArray<Place> => {
  const begun = address.slice(0, address.lastIndexOf("@") + 1)
  const places: Array<Place> = []
  if (begun === "" || !text.includes(begun)) return places
  const isCutAtItsEnd = isBody.test(text)
  const quote = quotesBody.exec(text)?.index ?? Number.POSITIVE_INFINITY
  for (let from = text.indexOf(begun); from !== -1; from = text.indexOf(begun, from + 1)) {
    let to = from + begun.length
    while (to < text.length && text[to] === address[to - from]) to++
    if (to - from >= address.length || goesOnBefore.test(text.slice(Math.max(0, from - longest), from)))
      continue
    const rest = text.slice(to, to + longest)
    const end = rest.startsWith("…")
      ? ""
      : ((isCutAtItsEnd ? endOfText.exec(rest)?.[0] : undefined) ??
        (quote < from ? endOfQuote.exec(rest)?.[0] : undefined))
    if (end !== undefined) places.push({ from, to: to + end.length })
  }
  return places
}

/** Every place of the person's addresses in a reading, also within longer addresses. */
export const placesIn = ({ text }: Pick<Reading, "text">, { addresses }: Person): ReadonlyArray<Place> =>
  addresses.flatMap((address) => {
    const places: Array<Place> = []
    for (let at = text.indexOf(address); at !== -1; at = text.indexOf(address, at + 1)) {
      places.push(placeAt(text, at, at + address.length))
    }
    return [...places, ...cutOff(text, address)]
  })

const isOwn = ({ within }: Place) => within === undefined

/** Whether a text is the person's address or contains it among other words, in any reading. */
export const holds = (text: string, person: Person): boolean => {
  if (person.addresses.includes(folded(text.trim()))) return true
  for (const reading of readingsOf(text, { places: false })) {
    if (placesIn(reading, person).some(isOwn)) return true
  }
  return false
}

/** The longer addresses of others that contain the person's. */
export const withinOthers = (text: string, person: Person): ReadonlySet<string> => {
  const others = new Set<string>()
  for (const reading of readingsOf(text, { places: false })) {
    for (const { within } of placesIn(reading, person)) if (within !== undefined) others.add(within)
  }
  return others
}

interface Edit {
  readonly from: number
  readonly to: number
  readonly by: string
}

const jsonToken = /"((?:[^"\\]|\\.)*)"|-?\d[\d.eE+-]*/g

/** The ID in a request to the account, as messages quote it. */
const askedId = /(?<=\bids(?:\[\]|%5B%5D)=)\d+/gi

/**
 * The person's contact IDs: in JSON, whole or cut off, the strings and numbers that are exactly one; in any text, those
 * of a request.
 */
const idsIn = (text: string, ids: Names["ids"]): ReadonlyArray<Edit> => {
  if (ids.size === 0) return []
  const isJson = /^\s*[[{]/.test(text)
  return Array.from(text.matchAll(isJson ? jsonToken : askedId)).flatMap(({ 0: token, 1: string, index }) => {
    const name = ids.get(string ?? token)
    const by = isJson ? `"${name}"` : name
    return name === undefined || by === undefined ? [] : [{ from: index, to: index + token.length, by }]
  })
}

/**
 * A text without the person: only their addresses and the given contact IDs are replaced. Everything else stays, to the
 * byte.
 */
export const withoutPerson = (text: string, person: Person, { ids, token }: Names): string => {
  if (person.addresses.includes(folded(text.trim()))) return token
  const edits = [...idsIn(text, ids)]
  if (holds(text, person)) {
    for (const reading of readingsOf(text, { places: true })) {
      for (const place of placesIn(reading, person).filter(isOwn)) {
        edits.push({
          from: reading.from?.[place.from] ?? 0,
          to: reading.from?.[place.to] ?? text.length,
          by: token
        })
      }
    }
  }
  let without = ""
  let at = 0
  for (const { by, from, to } of edits.sort((a, b) => a.from - b.from || b.to - a.to)) {
    if (from < at) continue
    without += text.slice(at, from) + by
    at = to
  }
  return without + text.slice(at)
}

/** A plain address within a text. Signs around it are not part of it. */
const plainAddress =
  /[\p{L}\p{N}\p{M}+_~-][\p{L}\p{N}\p{M}+_~.'’&!$%*^-]*@(?:[\p{L}\p{N}\p{M}_.-]*[\p{L}\p{N}\p{M}_])/gu

/** The address that was typed, or the plain addresses in the typed text if it is more than one address. */
export type Asked = { readonly address: string } | { readonly within: ReadonlyArray<string> }

/**
 * What somebody typed or pasted as an address. `Ada <ada@x.test>`, `mailto:ada@x.test` and `ada%40x.test` are not accepted
 * as one: the file must not be called free of it while it contains `ada@x.test`. A text without a plain address is taken
 * as it is.
 */
export const askedAddress = (typed: string): Asked => {
  const text = withoutUnseen(typed).trim()
  const last = [...readingsOf(text, { places: false })].at(-1)?.text ?? ""
  const found = new Set(last.match(plainAddress) ?? [])
  const isWhole = text.match(plainAddress)?.[0] === text && last === folded(text)
  return isWhole || found.size === 0 ? { address: text } : { within: [...found] }
}
