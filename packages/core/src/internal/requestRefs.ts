import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import type * as Fiber from "effect/Fiber"
import type * as FiberId from "effect/FiberId"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

type AnyFiber = Fiber.RuntimeFiber<unknown, unknown>

export const withTokenHeader = (names: ReadonlyArray<string | RegExp>) => [...names, "api-token"]

const idleTracer = Context.get(DefaultServices.liveServices, Tracer.Tracer)

/** Whether spans made in this fiber go anywhere: the tracer that is there by default drops them. */
export const isTraced = (fiber: AnyFiber): boolean => fiber.currentTracer !== idleTracer

const always = () => true

/** Followed to another host, a redirect would take the token along. */
const withoutRedirects = (context: Context.Context<never>) => {
  const init = Option.getOrUndefined(Context.getOption(context, FetchHttpClient.RequestInit))
  return Context.add(context, FetchHttpClient.RequestInit, { ...init, redirect: "manual" })
}

/**
 * The FiberRefs of a request's own fiber, made of its caller's in one step: `Effect.locally` for each would cost more
 * than the rest of the edge.
 */
export const requestRefs = (caller: AnyFiber, id: FiberId.Runtime): FiberRefs.FiberRefs =>
  FiberRefs.updateManyAs(caller.getFiberRefs(), {
    forkAs: id,
    entries: [
      [FiberRef.currentContext, [[id, withoutRedirects(caller.currentContext)]]],
      // The caller's fiber need not have inherited the names that the client's scope has.
      [
        Headers.currentRedactedNames,
        [[id, withTokenHeader(caller.getFiberRef(Headers.currentRedactedNames))]]
      ],
      // Its errors are handled where it is waited for.
      [FiberRef.unhandledErrorLogLevel, [[id, Option.none()]]],
      // Trace headers are ours, not the vendor's.
      [HttpClient.currentTracerPropagation, [[id, false]]],
      // The platform's span of each attempt, with its dozen attributes, costs a tenth of a call.
      [
        HttpClient.currentTracerDisabledWhen,
        [[id, isTraced(caller) ? caller.getFiberRef(HttpClient.currentTracerDisabledWhen) : always]]
      ]
    ]
  })
