import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { steadyMillis } from "../../job/steadyTime.js"
import { Logs } from "./Logs.js"

/** The request without its headers: one of them has the token. */
const shown = ({ method, url, urlParams }: HttpClientRequest.HttpClientRequest) => {
  const target = new URL(url)
  for (const [name, value] of urlParams) target.searchParams.append(name, value)
  const batchId = target.searchParams.get("batchId")
  return {
    method,
    path: `${target.pathname}${target.search}`,
    ...(batchId === null ? {} : { batch_id: batchId })
  }
}

const logged = (client: HttpClient.HttpClient) =>
  HttpClient.transform(client, (call, request) =>
    Effect.flatMap(steadyMillis, (before) =>
      Effect.onExit(call, (exit) =>
        Effect.flatMap(steadyMillis, (after) =>
          Effect.annotateLogs(Effect.logDebug("call"), {
            ...shown(request),
            ...(Exit.isSuccess(exit) ? { status: exit.value.status } : { status: null }),
            ms: Math.round(after - before)
          })
        )
      )
    )
  )

/** Logs each call, if a log is asked for. */
export const loggedCalls = (http: Layer.Layer<HttpClient.HttpClient>): Layer.Layer<HttpClient.HttpClient> =>
  Layer.unwrapEffect(
    Effect.map(Logs, ({ isAsked }) =>
      isAsked
        ? Layer.provide(Layer.effect(HttpClient.HttpClient, Effect.map(HttpClient.HttpClient, logged)), http)
        : http
    )
  )
