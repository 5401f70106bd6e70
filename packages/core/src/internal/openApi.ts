import * as OpenApi from "@effect/platform/OpenApi"
import { claimed } from "./claimed.js"

const decodeError = "#/components/schemas/HttpApiDecodeError"

/** A list that may also be an object with the same items. */
const isOddList = (members: unknown): boolean =>
  Array.isArray(members) &&
  members.some((member) => member.type === "array") &&
  members.some((member) => "additionalProperties" in member && member.type === "object")

/**
 * HttpApi declares its own decode error at 400 on every endpoint, but ActiveCampaign never sends that shape. It also gives
 * every operation an empty `security`, which in OpenAPI means that the operation needs no token.
 */
export const asTheVendorHasIt = (spec: Record<string, unknown>): Record<string, unknown> =>
  JSON.parse(JSON.stringify(spec), (key, value) => {
    if (key === "anyOf" && Array.isArray(value)) return value.filter((member) => member?.$ref !== decodeError)
    if (isOddList(value?.anyOf)) return { ...value, ...claimed("odd-lists") }
    if (key === "security" && Array.isArray(value) && value.length === 0) return undefined
    if (key === "responses") {
      return Object.fromEntries(
        Object.entries(value).filter(([, response]) => !JSON.stringify(response).includes(decodeError))
      )
    }
    if (key === "schemas") {
      const { HttpApiDecodeError: _decodeError, Issue: _issue, PropertyKey: _key, ...schemas } = value
      return schemas
    }
    return value
  })

/** An endpoint by the vendor's own name and summary, with the claims behind it. */
export const documented = (
  identifier: string,
  summary: string,
  ...claims: Parameters<typeof claimed>
): ReturnType<typeof OpenApi.annotations> =>
  OpenApi.annotations({ identifier, summary, override: claimed(...claims) })
