import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { OutcomeUnknown } from "../ActiveCampaignError.js"
import {
  bytesOf,
  maximumBytes,
  maximumContacts,
  type QueuedImport,
  RejectedReply,
  type Submission,
  SubmissionReply
} from "../Submission.js"
import { type SubmissionError, SubmissionRejected, SubmissionTooLarge } from "../SubmissionError.js"
import { requestIdOf } from "./attempt.js"
import type { Failure } from "./failures.js"
import type { Edge } from "./edgeOf.js"
import type { Hide } from "./hide.js"
import { rejectionOf } from "./rejection.js"

const withinLimits = (submission: Submission): Effect.Effect<void, SubmissionTooLarge> => {
  const contacts = submission.contacts.length
  if (contacts > maximumContacts) {
    return Effect.fail(new SubmissionTooLarge({ limit: "contacts", most: maximumContacts, actual: contacts }))
  }
  const bytes = bytesOf(submission)
  return bytes > maximumBytes
    ? Effect.fail(new SubmissionTooLarge({ limit: "bytes", most: maximumBytes, actual: bytes }))
    : Effect.void
}

interface Accepted {
  readonly reply: SubmissionReply
  readonly response: HttpClientResponse.HttpClientResponse
}

/** The request's ID from the answer, to spread into an error or a result. */
const named = ({ headers }: HttpClientResponse.HttpClientResponse, hide: Hide) => {
  const requestId = requestIdOf(headers)
  return requestId === undefined ? {} : { requestId: hide(requestId) }
}

/** 200 is documented and 201 has been seen, so any readable 2xx is an answer. */
const orAny2xx = (failure: Failure): Effect.Effect<Accepted, Failure> => {
  if (failure instanceof Error && failure._tag === "ResponseError") {
    const { response } = failure
    if (response.status <= 200 || response.status >= 300) return Effect.fail(failure)
    return response.text.pipe(
      Effect.flatMap((body) =>
        Effect.map(Schema.decode(Schema.parseJson(SubmissionReply))(body), (reply) => ({ reply, response }))
      ),
      Effect.orElseFail(() => failure)
    )
  }
  return Effect.fail(failure)
}

/** A 400 that says what is wrong with the contacts is also an answer: no retry will change it. */
const orRejected =
  (hide: Hide, request: string) =>
  (failure: Failure): Effect.Effect<Either.Either<Accepted, SubmissionRejected>, Failure> => {
    if (!(failure instanceof Error && failure._tag === "ResponseError")) return Effect.fail(failure)
    const { response } = failure
    const { status } = response
    if (status !== 400 && status !== 422) return Effect.fail(failure)
    return response.text.pipe(
      Effect.map((body) => rejectionOf(body, hide)),
      Effect.flatten,
      Effect.map((rejection) =>
        Either.left(new SubmissionRejected({ request, status, ...rejection, ...named(response, hide) }))
      ),
      Effect.orElseFail(() => failure)
    )
  }

/** The answer contradicts itself or is empty: what became of the contacts is not known. */
const queued =
  (hide: Hide, request: string) =>
  ({ reply, response }: Accepted): Effect.Effect<QueuedImport, OutcomeUnknown> => {
    const unknown = (detail: string) =>
      new OutcomeUnknown({
        request,
        detail: `${response.status}, but ${hide(detail)}`,
        ...named(response, hide)
      })
    if (reply.refused) {
      const named = Option.match(reply.batchId, {
        onNone: () => "",
        onSome: (batchId) => ` and names batch ${batchId}`
      })
      return unknown(`the answer says that it failed${named}`)
    }
    return Option.match(reply.batchId, {
      onNone: () => unknown("the answer names no batch"),
      onSome: (batchId) =>
        Effect.succeed({
          batchId,
          queued: reply.queued_contacts,
          message: Option.getOrElse(reply.message, () => "")
        })
    })
  }

/** Submits once. */
export const makeSubmit = ({ api, call, hide, named: throughProxy }: Edge) => {
  const asked = "POST /import/bulk_import"
  const request = throughProxy(asked)
  return (submission: Submission): Effect.Effect<QueuedImport, SubmissionError> =>
    withinLimits(submission).pipe(
      Effect.zipRight(
        call(
          {
            name: "submitImport",
            request: asked,
            attributes: { contacts: submission.contacts.length },
            describe: (outcome: Either.Either<Accepted, SubmissionRejected>) =>
              Either.match(outcome, {
                onLeft: ({ status }): Record<string, unknown> => ({ rejected: status }),
                onRight: ({ reply }) => ({ batchId: Option.getOrUndefined(reply.batchId) })
              }),
            kind: submission.contacts.length > 1 ? "import-many" : "import-one",
            retry: "submission"
          },
          api.bulkImport.submit({ payload: submission, withResponse: true }).pipe(
            // Declared for the simulator. The edge turns every 400 into a ResponseError.
            Effect.catchIf((error) => error instanceof RejectedReply, Effect.die),
            Effect.map(([reply, response]) => ({ reply, response })),
            Effect.catchAll(orAny2xx),
            Effect.map((accepted) => Either.right(accepted)),
            Effect.catchAll(orRejected(hide, request))
          )
        )
      ),
      Effect.flatten,
      Effect.flatMap(queued(hide, request))
    )
}
