import { readFileSync } from "node:fs"
import { OpenApi } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Option, Schema } from "effect"
import { ActiveCampaignApi, ContactId, ImportAnswer, ImportStatus } from "effect-activecampaign"

interface JsonSchema {
  readonly $ref?: string
  readonly type?: string
  readonly enum?: ReadonlyArray<unknown>
  readonly anyOf?: ReadonlyArray<JsonSchema>
  readonly items?: JsonSchema
  readonly properties?: { readonly [name: string]: JsonSchema }
}

const JsonSchema: Schema.Schema<JsonSchema> = Schema.Struct({
  $ref: Schema.optionalWith(Schema.String, { exact: true }),
  type: Schema.optionalWith(Schema.String, { exact: true }),
  enum: Schema.optionalWith(Schema.Array(Schema.Unknown), { exact: true }),
  anyOf: Schema.optionalWith(Schema.Array(Schema.suspend(() => JsonSchema)), { exact: true }),
  items: Schema.optionalWith(
    Schema.suspend(() => JsonSchema),
    { exact: true }
  ),
  properties: Schema.optionalWith(
    Schema.Record({ key: Schema.String, value: Schema.suspend(() => JsonSchema) }),
    { exact: true }
  )
})

const record = <A, I>(value: Schema.Schema<A, I>) => Schema.Record({ key: Schema.String, value })
const securities = Schema.Array(record(Schema.Array(Schema.String)))

const Operation = Schema.Struct({
  operationId: Schema.String,
  parameters: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      in: Schema.String,
      required: Schema.optionalWith(Schema.Boolean, { default: () => false }),
      schema: JsonSchema
    })
  ),
  security: Schema.optional(securities),
  responses: record(
    Schema.Struct({
      content: record(
        Schema.Struct({
          schema: JsonSchema,
          examples: Schema.optional(record(Schema.Struct({ value: Schema.String })))
        })
      )
    })
  )
})

const Spec = Schema.Struct({
  paths: record(record(Operation)),
  security: securities,
  components: Schema.Struct({
    schemas: Schema.optionalWith(record(JsonSchema), { default: () => ({}) }),
    securitySchemes: record(Schema.Struct({ type: Schema.String, name: Schema.String, in: Schema.String }))
  })
})
type Spec = typeof Spec.Type

const specOf = Schema.decodeUnknownSync(Schema.parseJson(Spec))

const vendorText = readFileSync(
  new URL("./fixtures/bulk-import-status-info.openapi.json", import.meta.url),
  "utf8"
)
const ourText = JSON.stringify(OpenApi.fromApi(ActiveCampaignApi.ActiveCampaignApi))
const vendor = specOf(vendorText)
const ours = specOf(ourText)

/** The plain schemas that a schema stands for: references followed, unions taken apart. */
const alternatives = (spec: Spec, schema: JsonSchema): ReadonlyArray<JsonSchema> => {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace("#/components/schemas/", "").replaceAll("~1", "/").replaceAll("~0", "~")
    const target = spec.components.schemas[name]
    if (target === undefined) throw new Error(`${schema.$ref} leads nowhere`)
    return alternatives(spec, target)
  }
  return schema.anyOf?.flatMap((member) => alternatives(spec, member)) ?? [schema]
}

const sorted = (words: Iterable<string>) => [...words].sort().join(", ")

/** Where the vendor's schema may hold what ours does not allow. */
const schemaGaps = (vendor: [Spec, JsonSchema], ours: [Spec, JsonSchema], at: string): Array<string> =>
  alternatives(...vendor).flatMap((theirs) => {
    const candidates = alternatives(...ours).filter(({ type }) => type === theirs.type)
    if (candidates.length === 0) return [`${at}: the vendor's ${theirs.type} is not allowed`]
    const gaps = candidates.map((candidate) => {
      if (candidate.enum !== undefined) return [`${at}: only some of the vendor's ${theirs.type} are allowed`]
      const items =
        theirs.items === undefined
          ? []
          : candidate.items === undefined
            ? [`${at}: items of no type`]
            : schemaGaps([vendor[0], theirs.items], [ours[0], candidate.items], `${at}[]`)
      const names = [
        sorted(Object.keys(theirs.properties ?? {})),
        sorted(Object.keys(candidate.properties ?? {}))
      ]
      if (names[0] !== names[1]) return [...items, `${at}: properties ${names[0]} here, ${names[1]} there`]
      const properties = Object.entries(theirs.properties ?? {}).flatMap(([name, property]) =>
        schemaGaps([vendor[0], property], [ours[0], candidate.properties?.[name] ?? {}], `${at}.${name}`)
      )
      return [...items, ...properties]
    })
    return gaps.find((gap) => gap.length === 0) ?? gaps.flat()
  })

const appliedSecurity = (spec: Spec, operation: typeof Operation.Type) =>
  JSON.stringify(
    (operation.security ?? spec.security).map((alternative) =>
      Object.keys(alternative).map((name) => {
        const scheme = spec.components.securitySchemes[name]
        return scheme === undefined ? `${name} is not defined` : [scheme.type, scheme.in, scheme.name]
      })
    )
  )

const parametersOf = ({ parameters }: typeof Operation.Type) =>
  JSON.stringify(
    parameters.map(({ in: place, name, required, schema }) => [name, place, required, schema.type])
  )

const compare = (what: string, theirs: string, ours: string) =>
  theirs === ours ? [] : [`${what}: ${theirs} here, ${ours} there`]

/** Everything in which our contract does not do justice to the vendor's. */
const disagreements = (vendor: Spec, ours: Spec): Array<string> => [
  ...Object.keys(vendor.paths).flatMap((path) => (path in ours.paths ? [] : [`${path} is not there`])),
  ...Object.entries(vendor.paths).flatMap(([path, methods]) => [
    ...compare(path, sorted(Object.keys(methods)), sorted(Object.keys(ours.paths[path] ?? {}))),
    ...Object.entries(methods).flatMap(([method, theirs]) => {
      const operation = ours.paths[path]?.[method]
      if (operation === undefined) return []
      return [
        ...compare("operationId", theirs.operationId, operation.operationId),
        ...compare("parameters", parametersOf(theirs), parametersOf(operation)),
        ...compare("security", appliedSecurity(vendor, theirs), appliedSecurity(ours, operation)),
        ...Object.entries(theirs.responses).flatMap(([status, response]) =>
          Object.entries(response.content).flatMap(([contentType, { schema }]) => {
            const content = operation.responses[status]?.content[contentType]
            return content === undefined
              ? [`${status} ${contentType} is not declared`]
              : schemaGaps([vendor, schema], [ours, content.schema], status)
          })
        )
      ]
    })
  ])
]

const examplesOf = (status: string) =>
  Object.values(vendor.paths["/import/info"]?.get?.responses[status]?.content ?? {})
    .flatMap(({ examples }) => Object.values(examples ?? {}))
    .map(({ value }) => value)

describe("ActiveCampaignApi", () => {
  it("agrees with the vendor's OpenAPI definition", () => {
    assert.deepStrictEqual(disagreements(vendor, ours), [])
  })

  it("has every part of the definition to compare", () => {
    const operation = vendor.paths["/import/info"]?.get
    assert(operation !== undefined)
    assert.strictEqual(operation.operationId, "bulk-import-status-info")
    assert.deepStrictEqual(Object.keys(operation.responses), ["200", "400"])
    assert.strictEqual(appliedSecurity(vendor, operation), '[[["apiKey","header","Api-Token"]]]')
  })

  describe.each([
    ["the vendor's", vendorText, (changed: string) => disagreements(specOf(changed), ours)],
    ["our", ourText, (changed: string) => disagreements(vendor, specOf(changed))]
  ])("is detected to disagree if %s definition changes", (_whose, text, compareChanged) => {
    it.each([
      ["the path", "/import/info", "/import/status"],
      ["the method", '"get":', '"post":'],
      ["the operation ID", "bulk-import-status-info", "bulk-import-status"],
      ["the parameter", '"batchId"', '"batch_id"'],
      ["the place of the parameter", '"query"', '"header"'],
      ["the header of the token", '"Api-Token"', '"Authorization"'],
      ["the place of the token", '"in":"header"', '"in":"query"'],
      ["the scheme", '"apiKey"', '"http"'],
      ["the property status", '"status":', '"state":'],
      ["the property success", '"success":', '"succeeded":'],
      ["the property failure", '"failure":', '"failures":'],
      ["the property message", '"message":', '"error":'],
      ["lists that are objects", '"array"', '"object"'],
      ["strings that are numbers", '"string"', '"number"'],
      ["the success flag", '"integer"', '"boolean"'],
      ["the status of the refusal", '"400":', '"422":']
    ])("in %s", (_what, from, to) => {
      const compact: string = JSON.stringify(JSON.parse(text))
      assert.include(compact, from)
      assert.isNotEmpty(compareChanged(compact.replaceAll(from, to)))
    })
  })

  it("has these calls, each with the token", () => {
    const operations = Object.entries(ours.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [
        `${method} ${path}`,
        Object.keys(operation.responses).join(" "),
        appliedSecurity(ours, operation)
      ])
    )
    const withToken = '[[["apiKey","header","Api-Token"]]]'
    assert.deepStrictEqual(operations, [
      ["get /import/info", "200 400 403", withToken],
      ["get /import/bulk_import", "200 403", withToken],
      ["post /import/bulk_import", "200 400 403", withToken],
      ["get /contacts", "200 403", withToken],
      ["get /contacts/{id}", "200 403 404", withToken],
      ["get /contacts/{id}/contactTags", "200 403", withToken],
      ["get /fields", "200 403", withToken],
      ["get /tags", "200 403", withToken],
      ["get /lists", "200 403", withToken],
      ["get /lists/exclusions", "200 403", withToken]
    ])
  })

  it("has the parameters of the list of contacts", () => {
    const list = ours.paths["/contacts"]?.get
    assert.deepStrictEqual(
      list?.parameters.map(({ name, schema }) => `${name}: ${schema.type}`),
      [
        "ids[]: array",
        "email: string",
        "id_greater: string",
        "orders[id]: string",
        "limit: integer",
        "offset: integer",
        "status: integer",
        "include: string"
      ]
    )
  })

  it("is detected to disagree if an operation needs no token", () => {
    const changed = ourText.replace('"operationId":', '"security":[],"operationId":')
    assert.isNotEmpty(disagreements(vendor, specOf(changed)))
  })

  it("names no shape that ActiveCampaign never sends", () => {
    for (const word of ["HttpApiDecodeError", "PropertyKey", '"Issue"']) assert.notInclude(ourText, word)
  })

  it("has no dangling reference and no unused definition", () => {
    const references = [...ourText.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) =>
      name?.replaceAll("~1", "/")
    )
    assert.deepStrictEqual(new Set(references), new Set(Object.keys(ours.components.schemas)))
  })

  it("is exported the same way each time", () => {
    assert.strictEqual(JSON.stringify(OpenApi.fromApi(ActiveCampaignApi.ActiveCampaignApi)), ourText)
  })

  it("decodes the definition's example of an answer", () => {
    const [example, ...others] = examplesOf("200")
    assert.isEmpty(others)
    const answer = Schema.decodeUnknownSync(Schema.parseJson(ImportAnswer.ImportAnswer))(example)
    assert.strictEqual(answer.status, "completed")
    const { failure, success } = ImportAnswer.lists(answer)
    assert.deepStrictEqual(success, Option.some(["123", "124", "125", "126"].map((id) => ContactId.make(id))))
    assert.deepStrictEqual(
      failure,
      Option.some(["invalid.email@invalidDomain", "invalid'character@example.com"])
    )
  })

  it("decodes the definition's example of a refusal", () => {
    const [example, ...others] = examplesOf("400")
    assert.isEmpty(others)
    const reply = Schema.decodeUnknownSync(Schema.parseJson(ActiveCampaignApi.BadRequestReply))(example)
    assert.strictEqual(reply.success, 0)
    assert.strictEqual(reply.message, "'batchId' is a required field.")
  })

  it("decodes the page's own example", () => {
    const page =
      '{ "status":"completed", "success":["123","124","125","126"], "failure":[ "invalid.email@invalidDomain", "invalid\'character@example.com" ] }'
    const answer = Schema.decodeUnknownSync(Schema.parseJson(ImportAnswer.ImportAnswer))(page)
    assert.isTrue(ImportAnswer.isSettled(answer))
  })

  it("knows each status word of the page's table", () => {
    const table = ["waiting", "claimed", "active", "completed", "failed", "interrupted"]
    assert.deepStrictEqual(sorted(ImportStatus.KnownStatus.literals), sorted(table))
  })
})
