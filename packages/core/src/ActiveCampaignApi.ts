/**
 * The contract: the calls, their parameters and their answers. The client is derived from this value, the simulator
 * implements it, and a test compares its OpenAPI form with the vendor's definition.
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
import { ExclusionsPage, FieldsPage, ListsPage, TagsPage } from "./CatalogEntry.js"
import { ContactReply, ContactsPage, ContactTagsReply, NotFoundReply } from "./Contact.js"
import { ImportAnswer } from "./ImportAnswer.js"
import { ImportTotals } from "./ImportTotals.js"
import { asTheVendorHasIt, documented } from "./internal/openApi.js"
import { PathSegment } from "./internal/pathSegment.js"
import { RejectedReply, Submission, SubmissionReply } from "./Submission.js"

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
 * `GET /import/info?batchId=…`. The parameter is optional in the vendor's definition, too. Without it the call answers 400.
 *
 * @since 0.1.0
 * @category endpoints
 */
export const info = HttpApiEndpoint.get("info", "/import/info")
  .setUrlParams(Schema.Struct({ batchId: Schema.optional(Schema.String) }))
  .addSuccess(ImportAnswer)
  .addError(BadRequestReply)
  .annotateContext(
    documented(
      "bulk-import-status-info",
      "Bulk import status info",
      "status-call",
      "missing-batch-id",
      "token-header",
      "token-refused",
      "request-id"
    )
  )

/**
 * `GET /import/bulk_import`: how much was imported each day.
 *
 * @since 0.1.0
 * @category endpoints
 */
export const totals = HttpApiEndpoint.get("totals", "/import/bulk_import")
  .addSuccess(ImportTotals)
  .annotateContext(documented("bulk-import-status-list", "Bulk import status list", "daily-totals"))

/**
 * `POST /import/bulk_import`: up to 250 contacts, queued under a new batch ID.
 *
 * @since 0.1.0
 * @category endpoints
 */
export const submit = HttpApiEndpoint.post("submit", "/import/bulk_import")
  .setPayload(Submission)
  .addSuccess(SubmissionReply)
  .addError(RejectedReply)
  .annotateContext(
    documented(
      "bulk-import-contacts",
      "Bulk import contacts",
      "submission",
      "reject-all",
      "import-limit-as-400"
    )
  )

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })
const wholeNumber = (description: string) =>
  optional(
    Schema.compose(
      Schema.String.annotations({ description, jsonSchema: { type: "integer", description } }),
      Schema.NumberFromString.pipe(Schema.int())
    )
  )

/**
 * The query of `GET /contacts`, as written in the URL. Every key is optional.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ContactsQuery = Schema.Struct({
  "ids[]": optional(Schema.Array(Schema.String)),
  email: optional(Schema.String),
  id_greater: optional(Schema.String),
  "orders[id]": optional(Schema.Literal("ASC", "DESC")),
  limit: wholeNumber("Default 20, at most 100"),
  offset: wholeNumber("In contacts, not pages"),
  status: wholeNumber("-1 is any"),
  include: optional(
    Schema.String.annotations({
      description: "What to sideload, with commas: `fieldValues,contactTags.tag,contactLists`"
    })
  )
})

/**
 * @since 0.1.0
 * @category models
 */
export type ContactsQuery = typeof ContactsQuery.Type

/**
 * `GET /contacts`: the contacts that match, or others if the service ignores a filter.
 *
 * @since 0.1.0
 * @category endpoints
 */
export const contacts = HttpApiEndpoint.get("list", "/contacts")
  .setUrlParams(ContactsQuery)
  .addSuccess(ContactsPage)
  .annotateContext(
    documented(
      "list-all-contacts",
      "List all contacts",
      "list-contacts",
      "ids-per-call",
      "include",
      "include-with-ids",
      "include-ignored",
      "include-slow",
      "odd-sideloads",
      "sideload-of-others",
      "sideload-ids",
      "contact-texts",
      "contact-organization"
    )
  )

/**
 * `GET /contacts/{id}`.
 *
 * @since 0.1.0
 * @category endpoints
 */
export const contact = HttpApiEndpoint.get("get", "/contacts/:id")
  .setPath(Schema.Struct({ id: PathSegment }))
  .addSuccess(ContactReply)
  .addError(NotFoundReply)
  .annotateContext(
    documented("get-contact", "Retrieve a contact", "contact-by-id", "sideloads-of-one", "list-status")
  )

/**
 * `GET /contacts/{id}/contactTags`: which tags a contact has, by ID.
 *
 * @since 0.1.0
 * @category endpoints
 */
export const contactTags = HttpApiEndpoint.get("tags", "/contacts/:id/contactTags")
  .setPath(Schema.Struct({ id: PathSegment }))
  .setUrlParams(Schema.Struct({ limit: wholeNumber("At most 100") }))
  .addSuccess(ContactTagsReply)
  .annotateContext(documented("retrieve-contact-tags", "Retrieve a contact's tags", "contact-tags"))

/**
 * The query of a page of fields, tags, lists or exclusions.
 *
 * @since 0.1.0
 * @category schemas
 */
export const PageQuery = Schema.Struct({
  limit: wholeNumber("At most 100"),
  offset: wholeNumber("In items, not pages")
})

/**
 * @since 0.1.0
 * @category models
 */
export type PageQuery = typeof PageQuery.Type

/**
 * `GET /fields`: the custom fields of contacts.
 *
 * @since 0.1.0
 * @category endpoints
 */
export const fields = HttpApiEndpoint.get("fields", "/fields")
  .setUrlParams(PageQuery)
  .addSuccess(FieldsPage)
  .annotateContext(
    documented("retrieve-fields", "List all custom fields", "fields", "field-options", "catalog-pages")
  )

/**
 * `GET /tags`: the tags of the account.
 *
 * @since 0.1.0
 * @category endpoints
 */
export const tags = HttpApiEndpoint.get("tags", "/tags")
  .setUrlParams(PageQuery)
  .addSuccess(TagsPage)
  .annotateContext(documented("retrieve-all-tags", "List all tags", "tags", "catalog-pages"))

/**
 * `GET /lists`: the lists of the account.
 *
 * @since 0.1.0
 * @category endpoints
 */
export const lists = HttpApiEndpoint.get("lists", "/lists")
  .setUrlParams(PageQuery)
  .addSuccess(ListsPage)
  .annotateContext(documented("retrieve-all-lists", "Retrieve all lists", "lists", "catalog-pages"))

/**
 * `GET /lists/exclusions`: the addresses that the account excludes.
 *
 * @since 0.1.0
 * @category endpoints
 */
export const exclusions = HttpApiEndpoint.get("exclusions", "/lists/exclusions")
  .setUrlParams(PageQuery)
  .addSuccess(ExclusionsPage)
  .annotateContext(
    documented("exclusions-retrieve-a-list", "Retrieve exclusions list", "exclusions", "catalog-pages")
  )

/**
 * The part of ActiveCampaign's v3 API that this library uses.
 *
 * @example
 * ```ts
 * import * as OpenApi from "@effect/platform/OpenApi"
 * import { ActiveCampaignApi } from "effect-activecampaign"
 *
 * const spec = OpenApi.fromApi(ActiveCampaignApi.ActiveCampaignApi)
 * Object.keys(spec.paths) // ["/import/info", "/import/bulk_import", "/contacts", "/contacts/{id}", …]
 * ```
 *
 * @since 0.1.0
 * @category api
 */
export class ActiveCampaignApi extends HttpApi.make("ActiveCampaign")
  .add(HttpApiGroup.make("bulkImport").add(info).add(totals).add(submit))
  .add(HttpApiGroup.make("contacts").add(contacts).add(contact).add(contactTags))
  .add(HttpApiGroup.make("catalog").add(fields).add(tags).add(lists).add(exclusions))
  .middleware(ApiTokenRequired)
  .annotateContext(
    OpenApi.annotations({
      title: "ActiveCampaign v3",
      version: "3",
      description:
        "The calls for bulk imports, contacts and their names of ActiveCampaign's API, as effect-activecampaign understands them",
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
