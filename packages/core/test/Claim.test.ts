import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { OpenApi } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { ActiveCampaignApi, Claim } from "effect-activecampaign"

type Json = { readonly [key: string]: Json } | ReadonlyArray<Json> | string | number | boolean | null

const Json: Schema.Schema<Json> = Schema.Union(
  Schema.Record({ key: Schema.String, value: Schema.suspend(() => Json) }),
  Schema.Array(Schema.suspend(() => Json)),
  Schema.String,
  Schema.Number,
  Schema.Boolean,
  Schema.Null
)
const parse = Schema.decodeUnknownSync(Schema.parseJson(Json))

const vendorText = readFileSync(
  new URL("./fixtures/bulk-import-status-info.openapi.json", import.meta.url),
  "utf8"
)
const vendor = parse(vendorText)
const ours = parse(JSON.stringify(OpenApi.fromApi(ActiveCampaignApi.ActiveCampaignApi)))

const isObject = (json: Json | undefined): json is { readonly [key: string]: Json } =>
  typeof json === "object" && json !== null && !Array.isArray(json)

const at = (json: Json | undefined, ...path: ReadonlyArray<string>): Json | undefined =>
  path.reduce<Json | undefined>((value, key) => (isObject(value) ? value[key] : undefined), json)

const listOf = (json: Json | undefined): ReadonlyArray<Json> => (Array.isArray(json) ? json : [])

/** A schema, or the definition that it refers to. */
const resolved = (schema: Json | undefined): Json | undefined => {
  const reference = at(schema, "$ref")
  if (typeof reference !== "string") return schema
  return at(
    ours,
    "components",
    "schemas",
    reference.replace("#/components/schemas/", "").replaceAll("~1", "/")
  )
}

const claimsOf = (json: Json | undefined): ReadonlyArray<string> => listOf(at(json, "x-claims")).map(String)

/** Every object of the contract with the objects above it, the nearest first. */
const objects = (
  json: Json,
  above: ReadonlyArray<Json> = []
): ReadonlyArray<{ readonly json: Json; readonly above: ReadonlyArray<Json> }> => {
  if (Array.isArray(json)) return json.flatMap((item: Json) => objects(item, above))
  if (!isObject(json)) return []
  return [{ json, above }, ...Object.values(json).flatMap((value) => objects(value, [json, ...above]))]
}

const alternatives = (schema: Json | undefined): ReadonlyArray<Json> => {
  const one = resolved(schema)
  const members = listOf(at(one, "anyOf"))
  return members.length > 0 ? members.flatMap(alternatives) : one === undefined ? [] : [one]
}

/** What our schema allows or demands beyond the vendor's, with the claims that stand beside it. */
const deviations = (
  theirs: Json | undefined,
  own: Json | undefined,
  name: string
): ReadonlyArray<[string, number]> => {
  const known = new Set(alternatives(theirs).map((schema) => at(schema, "type")))
  const claims = claimsOf(resolved(own)).length
  return alternatives(own).flatMap((schema): ReadonlyArray<[string, number]> => {
    const type = at(schema, "type")
    if (!known.has(type)) return [[`${name} may be ${type}`, claims]]
    const like = alternatives(theirs).find((other) => at(other, "type") === type)
    if (type === "array") return deviations(at(like, "items"), at(schema, "items"), `${name}[]`)
    return Object.entries(at(schema, "properties") ?? {}).flatMap(([key, property]) => {
      const demanded =
        listOf(at(schema, "required")).includes(key) && !listOf(at(like, "required")).includes(key)
      return [
        ...(demanded ? [[`${name}.${key} must be there`, claimsOf(resolved(property)).length] as const] : []),
        ...deviations(at(like, "properties", key), property, `${name}.${key}`)
      ].map(([deviation, count]): [string, number] => [deviation, count])
    })
  })
}

const entriesOf = (json: Json | undefined): ReadonlyArray<[string, Json]> =>
  isObject(json) ? Object.entries(json) : []

const operations = entriesOf(at(ours, "paths")).flatMap(([path, methods]) =>
  entriesOf(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation }))
)

describe("the list of claims", () => {
  it.each(Object.entries<Claim.Claim>(Claim.claims))(
    "says what %s is, and how it is known",
    (name, claim) => {
      assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/)
      assert.include(["documented", "observed", "assumed"], claim.evidence)
      assert.isAbove(claim.says.length, 20)
      assert.notMatch(claim.says, /\.$/)
      assert.isAbove(claim.source.length, 5)
      // Whoever says that it is documented or was seen says where.
      if (claim.evidence !== "assumed")
        assert.match(claim.source, /Page|definition|\w\/\w|community|Public|Invantive|mock/i)
    }
  )
})

describe("the vendor's definition", () => {
  it("is as the vendor published it", () => {
    const digest = createHash("sha256")
      .update(JSON.stringify(JSON.parse(vendorText)))
      .digest("hex")
    assert.strictEqual(digest, "cbd3aea359aff0221567f4218d78e184d1088b92315a0b6b67f12b53974af3a8")
  })
})

describe("the contract", () => {
  it("names no claim that is not on the list", () => {
    const named = objects(ours).flatMap(({ json }) => claimsOf(json))
    assert.isAbove(named.length, 20)
    assert.deepStrictEqual(
      named.filter((name) => !(name in Claim.claims)),
      []
    )
  })

  it("names a claim for each operation", () => {
    assert.lengthOf(operations, 10)
    for (const { name, operation } of operations) assert.isNotEmpty(claimsOf(operation), name)
  })

  it("names a claim wherever it allows alternatives", () => {
    const unions = objects(ours).filter(({ json }) => listOf(at(json, "anyOf")).length > 1)
    assert.isAbove(unions.length, 15)
    // The items of an odd list are odd with it.
    const unclaimed = unions.filter(
      ({ above: [, list], json }) => claimsOf(json).length === 0 && claimsOf(list).length === 0
    )
    assert.deepStrictEqual(
      unclaimed.map(({ json }) => JSON.stringify(json)),
      []
    )
  })

  it("names a claim for everything beyond the vendor's definition", () => {
    const path = ["paths", "/import/info", "get"]
    const responses = Object.keys(at(ours, ...path, "responses") ?? {}).filter(
      (status) => at(vendor, ...path, "responses", status) === undefined
    )
    assert.deepStrictEqual(responses, ["403"])
    assert.include(claimsOf(at(ours, ...path)), "token-refused")
    const schema = [...path, "responses", "200", "content", "application/json", "schema"]
    const found = deviations(at(vendor, ...schema), at(ours, ...schema), "answer")
    assert.deepStrictEqual(
      found.map(([deviation]) => deviation),
      [
        "answer.status must be there",
        "answer.status may be boolean",
        "answer.success[] may be integer",
        "answer.success may be null",
        "answer.failure may be null"
      ]
    )
    for (const [deviation, claims] of found) assert.isAbove(claims, 0, deviation)
  })
})
