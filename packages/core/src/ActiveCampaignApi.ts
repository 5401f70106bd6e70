/**
 * The contract: what is called, with what, and what it answers. The client is derived from this value, the
 * simulator implements it, and its OpenAPI form is compared with the vendor's definition in a test.
 *
 * @since 0.1.0
 */
import * as HttpApi from "@effect/platform/HttpApi"
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiMiddleware from "@effect/platform/HttpApiMiddleware"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as HttpApiSecurity from "@effect/platform/HttpApiSecurity"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { ImportAnswer } from "./ImportAnswer.js"

/**
 * The documented 400: `{ "success": 0, "message": "'batchId' is a required field." }`.
 *
 * @since 0.1.0
 * @category schemas
 */
export class BadRequestReply extends Schema.Class<BadRequestReply>("effect-activecampaign/BadRequestReply")(
  { success: Schema.Int, message: Schema.String },
  HttpApiSchema.annotations({ status: 400, description: "A required parameter is missing" })
) {}

/**
 * The reply to a bad token: `{ "message": "Forbidden" }`.
 *
 * @since 0.1.0
 * @category schemas
 */
export class ForbiddenReply extends Schema.Class<ForbiddenReply>("effect-activecampaign/ForbiddenReply")(
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 403, description: "The token is missing or wrong, or may not do this" })
) {}

/**
 * Every call carries the account's API token in the `Api-Token` header.
 *
 * @since 0.1.0
 * @category middleware
 */
export class ApiTokenRequired extends HttpApiMiddleware.Tag<ApiTokenRequired>()(
  "effect-activecampaign/ApiTokenRequired",
  {
    failure: ForbiddenReply,
    security: { apiToken: HttpApiSecurity.apiKey({ in: "header", key: "Api-Token" }) }
  }
) {}

/**
 * `GET /import/info?batchId=…`. The parameter is optional in the vendor's definition, too; without it the
 * call answers 400.
 *
 * @since 0.1.0
 * @category endpoints
 */
export const info = HttpApiEndpoint.get("info", "/import/info")
  .setUrlParams(Schema.Struct({ batchId: Schema.optional(Schema.String) }))
  .addSuccess(ImportAnswer)
  .addError(BadRequestReply)
  .annotateContext(
    OpenApi.annotations({ identifier: "bulk-import-status-info", summary: "Bulk import status info" })
  )

// HttpApi declares its own decode error at 400 on every endpoint; ActiveCampaign never sends that shape. It also
// gives every operation an empty `security`, which in OpenAPI takes the token off that operation again.
const asTheVendorHasIt = (spec: Record<string, unknown>): Record<string, unknown> =>
  JSON.parse(JSON.stringify(spec), (key, value) => {
    if (key === "anyOf" && Array.isArray(value)) {
      return value.filter((member) => member?.$ref !== "#/components/schemas/HttpApiDecodeError")
    }
    if (key === "security" && Array.isArray(value) && value.length === 0) return undefined
    if (key === "schemas") {
      const { HttpApiDecodeError: _decodeError, Issue: _issue, PropertyKey: _key, ...schemas } = value
      return schemas
    }
    return value
  })

/**
 * The part of ActiveCampaign's v3 API this library speaks.
 *
 * @example
 * ```ts
 * import * as OpenApi from "@effect/platform/OpenApi"
 * import { ActiveCampaignApi } from "effect-activecampaign"
 *
 * const spec = OpenApi.fromApi(ActiveCampaignApi.ActiveCampaignApi)
 * Object.keys(spec.paths) // ["/import/info"]
 * ```
 *
 * @since 0.1.0
 * @category api
 */
export class ActiveCampaignApi extends HttpApi.make("ActiveCampaign")
  .add(HttpApiGroup.make("bulkImport").add(info))
  .middleware(ApiTokenRequired)
  .annotateContext(
    OpenApi.annotations({
      title: "ActiveCampaign v3",
      version: "3",
      description: "The bulk import calls of ActiveCampaign's API, as effect-activecampaign understands them",
      servers: [
        {
          url: "https://{account}.api-us1.com/api/3",
          description: "The account's own address, shown under Settings > Developer",
          variables: { account: { default: "youraccountname" } }
        }
      ],
      transform: asTheVendorHasIt
    })
  ) {}
