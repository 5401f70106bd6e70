import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { HttpApiDecodeError } from "@effect/platform/HttpApiError"
import { RouteNotFound } from "@effect/platform/HttpServerError"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import {
  ActiveCampaignApi,
  ApiTokenRequired,
  BadRequestReply,
  ForbiddenReply
} from "effect-activecampaign/ActiveCampaignApi"
import { viewAt } from "../BatchTimeline.js"
import type { Scenario } from "../Scenario.js"
import { planOf } from "./plan.js"
import { bodyOf, notFound, unknownBatch } from "./wire.js"

// A response rather than a failure: HttpApi encodes failures by shape, and this one also has ForbiddenReply's.
const missingBatchId = HttpServerResponse.unsafeJson(
  new BadRequestReply({ success: 0, message: "'batchId' is a required field." }),
  { status: 400 }
)

const bulkImport = (scenario: Scenario, startedAt: number) =>
  HttpApiBuilder.group(ActiveCampaignApi, "bulkImport", (handlers) => {
    const plans = planOf(scenario)
    return handlers.handle("info", ({ urlParams: { batchId } }) =>
      Effect.gen(function* () {
        if (batchId === undefined || batchId === "") return missingBatchId
        const now = yield* Clock.currentTimeMillis
        const view = Option.fromNullable(plans.get(batchId)).pipe(
          Option.flatMap((plan) => viewAt(plan, now - startedAt - plan.batch.submittedAt))
        )
        return Option.match(view, {
          onNone: () => unknownBatch(scenario),
          onSome: (known) => HttpServerResponse.unsafeJson(bodyOf(known, scenario))
        })
      })
    )
  })

const tokenRequired = (scenario: Scenario) =>
  Layer.succeed(ApiTokenRequired, {
    apiToken: (token) =>
      Redacted.value(token) === scenario.apiToken
        ? Effect.void
        : Effect.fail(new ForbiddenReply({ message: "Forbidden" }))
  })

/**
 * HttpApi's own decode error (a repeated batchId) and the router's 404 have shapes the service never sends;
 * left alone, the latter would even pass for a ForbiddenReply, since it has a message, too.
 */
const vendorsWording = HttpApiBuilder.middleware((app) =>
  Effect.catchAllCause(app, (cause) => {
    const error = Cause.squash(cause)
    if (error instanceof HttpApiDecodeError) return Effect.succeed(missingBatchId)
    return error instanceof RouteNotFound ? Effect.succeed(notFound) : Effect.failCause(cause)
  })
)

/** The contract's implementation, ready for `HttpApiBuilder.httpApp`. */
export const apiLayer = (scenario: Scenario, startedAt: number) =>
  HttpApiBuilder.api(ActiveCampaignApi).pipe(
    Layer.provide(bulkImport(scenario, startedAt)),
    Layer.provide(tokenRequired(scenario)),
    Layer.merge(vendorsWording),
    Layer.provideMerge(Layer.merge(HttpApiBuilder.Router.Live, HttpApiBuilder.Middleware.layer))
  )
