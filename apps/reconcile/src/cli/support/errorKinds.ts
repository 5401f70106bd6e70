import type Sqlite from "better-sqlite3"
import { ContactsError } from "effect-activecampaign/ContactsError"
import { Call, type ErrorKind, NodeCode, requestIdOf, timeOf } from "./Bundle.js"

interface Episode {
  readonly about: ErrorKind["about"]
  readonly error: string
  readonly message: string
  readonly times: number
  readonly first_at: string
  readonly last_at: string
  readonly lasting: 0 | 1
}

const selectEpisodes = `
  SELECT 'batch' AS about, error, message, times, first_at, last_at, ended_at IS NULL AS lasting FROM batch_troubles
  UNION ALL SELECT step, error, message, times, first_at, last_at, ended_at IS NULL FROM account_errors
  ORDER BY last_at DESC`

/** Errors that a call can end with, and what the job says of a batch that nothing is known of. */
const ours: ReadonlySet<string> = new Set([
  ...ContactsError.members.map(({ _tag }) => _tag),
  "NoAnswer",
  "StillRunning",
  "UnknownBatch"
])

/** What a run can end with, besides these errors: `reason` in the file, without the conditions of `--fail-on`. */
const ends: ReadonlySet<string> = new Set([
  ...ours,
  "BatchEnded",
  "ConfigurationError",
  "ContractBroken",
  "Done",
  "FailOn",
  "Incomplete",
  "Interrupted",
  "InvalidProxyUrl",
  "LedgerError",
  "StillPending",
  "Unexpected"
])

/** Why a run ended, if it is a word of ours. */
export const endIn = (reason: string | null): string | null => {
  if (reason === null) return null
  const [word = ""] = reason.split(" ")
  return ends.has(word) ? word : "Other"
}

const statusIn =
  /(?:refused this with|refused the API token with|limiting the rate \(|is unavailable \(|rejected the call with|ActiveCampaign answered) ?([1-5]\d\d)\b/

const requestIn = / calls this request (\S+)\.$/

/**
 * What can be told of a message. A message quotes what a server or proxy wrote, which may be anything, so only a status, a
 * code of Node and the ID of a request are read from it.
 */
const readMessage = (message: string) => {
  const status = statusIn.exec(message)?.[1]
  return {
    call: Call.literals.find((one) => one !== "other" && message.startsWith(one)) ?? ("other" as const),
    status: status === undefined ? null : Number(status),
    code: NodeCode.literals.find((one) => message.includes(one)) ?? null,
    requestId: requestIdOf(requestIn.exec(message)?.[1])
  }
}

const mostIds = 5

/** The errors in the file, those alike together, the latest first. */
export const errorKinds = (database: Sqlite.Database): ReadonlyArray<ErrorKind> => {
  const kinds = new Map<string, ErrorKind>()
  for (const one of database.prepare<[], Episode>(selectEpisodes).iterate()) {
    const error = ours.has(one.error) ? one.error : "Other"
    const { call, code, requestId, status } = readMessage(one.message)
    const key = [one.about, error, call, status, code].join(" ")
    const before = kinds.get(key)
    const ids = before?.request_ids ?? []
    const first = timeOf(one.first_at)
    kinds.set(key, {
      about: one.about,
      error,
      call,
      status,
      code,
      problems: (before?.problems ?? 0) + 1,
      calls: (before?.calls ?? 0) + one.times,
      lasting: (before?.lasting ?? 0) + one.lasting,
      first_at:
        before?.first_at != null && first !== null && before.first_at < first ? before.first_at : first,
      last_at: before?.last_at ?? timeOf(one.last_at),
      request_ids:
        requestId === null || ids.includes(requestId) || ids.length >= mostIds ? ids : [...ids, requestId]
    })
  }
  return [...kinds.values()]
}
