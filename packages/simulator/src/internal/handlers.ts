import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import {
  ActiveCampaignApi,
  ApiTokenRequired,
  BadRequestReply,
  type ContactsQuery,
  ForbiddenReply
} from "effect-activecampaign/ActiveCampaignApi"
import { viewAt } from "../BatchTimeline.js"
import type { Scenario } from "../Scenario.js"
import { type AccountState, makeAccount } from "./account.js"
import { exclusionsReply, fieldsReply, listsReply, tagsReply } from "./catalogWire.js"
import { contactReply, contactsReply, contactTagsReply } from "./contactsWire.js"
import { rowsOf } from "./sideloads.js"
import { invalid, makeSubmissions, rejected } from "./submissions.js"
import { totalsReply } from "./totalsWire.js"
import { bodyOf, forbidden, notFound, unknownBatch } from "./wire.js"

// A response, not a failure: HttpApi encodes failures by shape, and this one also fits ForbiddenReply.
const missingBatchId = HttpServerResponse.unsafeJson(
  new BadRequestReply({ success: 0, message: "'batchId' is a required field." }),
  { status: 400 }
)

const bulkImport = (scenario: Scenario, startedAt: number, account: AccountState) =>
  HttpApiBuilder.group(ActiveCampaignApi, "bulkImport", (handlers) => {
    const submit = makeSubmissions(scenario, account)
    const age = Effect.map(Clock.currentTimeMillis, (now) => now - startedAt)
    return handlers
      .handle("info", ({ urlParams: { batchId } }) =>
        Effect.map(age, (now) => {
          if (batchId === undefined || batchId === "") return missingBatchId
          const view = Option.fromNullable(account.batch(batchId)).pipe(
            Option.flatMap((plan) => viewAt(plan, now - plan.batch.submittedAt))
          )
          return Option.match(view, {
            onNone: () => unknownBatch(scenario),
            onSome: (known) => HttpServerResponse.unsafeJson(bodyOf(known, scenario))
          })
        })
      )
      .handle("totals", () =>
        Effect.map(age, (now) => totalsReply(account.batches(), now, scenario, startedAt))
      )
      .handle("submit", ({ payload, request }) =>
        Effect.zipWith(Effect.orDie(request.text), age, (text, now) =>
          submit(payload, new TextEncoder().encode(text).length, now)
        )
      )
  })

const contacts = (scenario: Scenario, startedAt: number, account: AccountState) =>
  HttpApiBuilder.group(ActiveCampaignApi, "contacts", (handlers) => {
    const age = Effect.map(Clock.currentTimeMillis, (now) => now - startedAt)
    // A large account is not searched completely for a hundred IDs.
    const candidates = ({ "ids[]": ids }: ContactsQuery, now: number) =>
      ids === undefined || scenario.account.ignoredFilters.includes("ids[]")
        ? account.contacts(now)
        : account.contactsOf(ids, now)
    return handlers
      .handle("list", ({ urlParams }) =>
        Effect.flatMap(age, (now) => {
          const { effect, takes } = scenario.account.include
          if (urlParams.include === undefined) {
            return Effect.succeed(
              contactsReply(candidates(urlParams, now), urlParams, scenario, startedAt, account, now)
            )
          }
          const { "ids[]": _dropped, ...withoutIds } = urlParams
          const query = effect === "drops-ids" ? withoutIds : urlParams
          return Effect.delay(
            Effect.sync(() =>
              effect === "refused"
                ? HttpServerResponse.unsafeJson({ message: "Bad Request" }, { status: 400 })
                : contactsReply(candidates(query, now), query, scenario, startedAt, account, now)
            ),
            takes
          )
        })
      )
      .handle("get", ({ path: { id } }) =>
        Effect.map(age, (now) =>
          contactReply(account.contact(id, now), id, scenario, startedAt, account, now)
        )
      )
      .handle("tags", ({ path: { id } }) =>
        Effect.map(age, (now) => contactTagsReply(account.contact(id, now), id, account, now))
      )
  })

const catalog = (scenario: Scenario, account: AccountState) =>
  HttpApiBuilder.group(ActiveCampaignApi, "catalog", (handlers) =>
    handlers
      .handle("fields", ({ urlParams }) => Effect.sync(() => fieldsReply(scenario, urlParams)))
      .handle("tags", ({ urlParams }) => Effect.sync(() => tagsReply(account.tags(), scenario, urlParams)))
      .handle("lists", ({ urlParams }) => Effect.sync(() => listsReply(scenario, urlParams)))
      .handle("exclusions", ({ urlParams }) => Effect.sync(() => exclusionsReply(scenario, urlParams)))
  )

/** The first page of all rows: the service ignores filters here, as public code has found. Not a part of the contract. */
const unfiltered = (scenario: Scenario, startedAt: number, account: AccountState) =>
  HttpApiBuilder.Router.use((router) =>
    Effect.forEach(
      ["contactLists", "contactTags"] as const,
      (name) =>
        router.get(
          `/${name}`,
          Effect.gen(function* () {
            const { headers } = yield* HttpServerRequest.HttpServerRequest
            if (headers["api-token"] !== scenario.apiToken) return forbidden
            const now = (yield* Clock.currentTimeMillis) - startedAt
            const rows = rowsOf(
              account.contacts(now).map(({ id }) => ({ id, holds: account.holdings(id, now) })),
              account
            )[name]
            return HttpServerResponse.unsafeJson({
              [name]: rows.slice(0, 20),
              meta: { total: String(rows.length) }
            })
          })
        ),
      { discard: true }
    )
  )

const tokenRequired = (scenario: Scenario) =>
  Layer.succeed(ApiTokenRequired, {
    apiToken: (token) =>
      Redacted.value(token) === scenario.apiToken
        ? Effect.void
        : Effect.fail(new ForbiddenReply({ message: "Forbidden" }))
  })

// HttpApi's own decode error has a shape that the service never sends.
const undecodable = (request: HttpServerRequest.HttpServerRequest) =>
  request.method === "POST"
    ? rejected(invalid, ["It is not what the documentation asks for"])
    : request.url.startsWith("/import/info")
      ? missingBatchId
      : HttpServerResponse.unsafeJson({ message: "Bad Request" }, { status: 400 })

/**
 * Without this, the router's 404 would be encoded as a ForbiddenReply, because it also has a message, and a ForbiddenReply
 * as a NotFoundReply.
 */
const vendorsWording = HttpApiBuilder.middleware((app) =>
  Effect.catchAllCause(app, (cause) => {
    const error = Cause.squash(cause)
    // By tag: there may be two copies of the platform, with two copies of each class.
    if (Predicate.isTagged(error, "HttpApiDecodeError")) {
      return Effect.map(HttpServerRequest.HttpServerRequest, undecodable)
    }
    if (Predicate.isTagged(error, "RequestError")) {
      return Effect.succeed(rejected(invalid, ["It is not JSON"]))
    }
    if (error instanceof ForbiddenReply) return Effect.succeed(forbidden)
    return Predicate.isTagged(error, "RouteNotFound") ? Effect.succeed(notFound) : Effect.failCause(cause)
  })
)

/** The contract's implementation, ready for `HttpApiBuilder.httpApp`. */
export const apiLayer = (scenario: Scenario, startedAt: number) => {
  const account = makeAccount(scenario)
  return HttpApiBuilder.api(ActiveCampaignApi).pipe(
    Layer.provide(bulkImport(scenario, startedAt, account)),
    Layer.provide(contacts(scenario, startedAt, account)),
    Layer.provide(catalog(scenario, account)),
    Layer.provide(tokenRequired(scenario)),
    Layer.merge(vendorsWording),
    Layer.merge(unfiltered(scenario, startedAt, account)),
    Layer.provideMerge(Layer.merge(HttpApiBuilder.Router.Live, HttpApiBuilder.Middleware.layer))
  )
}
