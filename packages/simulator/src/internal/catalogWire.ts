import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import type { PageQuery } from "effect-activecampaign/ActiveCampaignApi"
import type { Scenario } from "../Scenario.js"
import { totalOf } from "./contactsWire.js"

/** A page of rows under their key, 20 without a limit and at most 100. */
const pageReply = <Row>(
  key: string,
  rows: ReadonlyArray<Row>,
  { account }: Scenario,
  query: PageQuery,
  beside: (shown: ReadonlyArray<Row>) => object = () => ({})
) => {
  const limit = account.pageSize === "always-20" ? 20 : Math.min(100, Math.max(1, query.limit ?? 20))
  const offset = account.ignoredFilters.includes("offset") ? 0 : Math.max(0, query.offset ?? 0)
  const shown = rows.slice(offset, offset + limit)
  return HttpServerResponse.unsafeJson({
    ...beside(shown),
    [key]: shown,
    ...totalOf(rows.length, account.totalAs, { limit, offset })
  })
}

/** `GET /fields`. */
export const fieldsReply = (scenario: Scenario, query: PageQuery) => {
  let optionId = 0
  const options = scenario.account.fields.flatMap(({ id, options }) =>
    options.map((option) => ({ ...option, field: id, id: String(++optionId), isdefault: "0" }))
  )
  const fields = scenario.account.fields.map(({ id, title, type }) => ({
    title,
    descript: "",
    type,
    isrequired: "0",
    perstag: title.toUpperCase().replace(/[^A-Z0-9]+/g, "_"),
    visible: "1",
    options: options.filter(({ field }) => field === id).map((option) => option.id),
    relations: [],
    id
  }))
  return pageReply("fields", fields, scenario, query, (shown) => {
    const ids = new Set(shown.map(({ id }) => id))
    return { fieldOptions: options.filter(({ field }) => ids.has(field)), fieldRels: [] }
  })
}

/** `GET /tags`. */
export const tagsReply = (
  tags: ReadonlyArray<{ readonly id: string; readonly name: string }>,
  scenario: Scenario,
  query: PageQuery
) =>
  pageReply(
    "tags",
    tags.map(({ id, name }) => ({ tagType: "contact", tag: name, description: "", id })),
    scenario,
    query
  )

/** `GET /lists`. */
export const listsReply = (scenario: Scenario, query: PageQuery) =>
  pageReply(
    "lists",
    scenario.account.lists.map(({ id, name }) => ({ stringid: name.toLowerCase(), name, udate: null, id })),
    scenario,
    query
  )

/** `GET /lists/exclusions`. */
export const exclusionsReply = (scenario: Scenario, query: PageQuery) =>
  pageReply(
    "exclusions",
    scenario.account.exclusions.map(({ matchPhrase, matchType }, index) => ({
      id: String(index + 1),
      matchPhrase,
      matchType,
      channel: "all",
      hidden: false,
      lists: []
    })),
    scenario,
    query
  )
