import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Option from "effect/Option"
import type { BatchView } from "../BatchTimeline.js"
import type { Scenario } from "../Scenario.js"

const list = (name: string, items: ReadonlyArray<string | number>, emptyLists: Scenario["emptyLists"]) => {
  if (items.length > 0 || emptyLists === "array") return { [name]: items }
  return emptyLists === "null" ? { [name]: null } : {}
}

/** A view as the body of a 200, in the form that the scenario asks for. */
export const bodyOf = (view: BatchView, { emptyLists, idsAs }: Scenario) => ({
  status: view.status,
  ...Option.match(view.lists, {
    onNone: () => ({}),
    onSome: ({ failure, success }) => ({
      ...list("success", idsAs === "number" ? success.map(Number) : success, emptyLists),
      ...list("failure", failure, emptyLists)
    })
  })
})

/** The reply about an unknown batch. What the service answers is not documented. */
export const unknownBatch = ({ unknownBatch }: Scenario): HttpServerResponse.HttpServerResponse => {
  switch (unknownBatch) {
    case "false":
      return HttpServerResponse.unsafeJson({ status: false })
    case "empty":
      return HttpServerResponse.unsafeJson({ status: false, success: [], failure: [] })
    case "400":
      return HttpServerResponse.unsafeJson(
        { success: 0, message: "The import could not be found." },
        { status: 400 }
      )
    case "404":
      return HttpServerResponse.unsafeJson({ message: "No Result found" }, { status: 404 })
  }
}

export const notFound = HttpServerResponse.unsafeJson({ message: "Not Found" }, { status: 404 })

export const forbidden = HttpServerResponse.unsafeJson({ message: "Forbidden" }, { status: 403 })

/** The limit of imports a minute, worded like a failed validation. */
export const tooManyImports = HttpServerResponse.unsafeJson(
  {
    success: 0,
    message: "Rate limit exceeded.",
    failureReasons: ["Up to 100 imports may be requested per minute."]
  },
  { status: 400 }
)
