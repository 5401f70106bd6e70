import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import {
  type ActiveCampaignClient,
  ContactId,
  Contacts,
  RateBudget,
  type Resolved
} from "effect-activecampaign"
import { Scenario } from "effect-activecampaign-simulator"
import { coreLayer } from "./support.js"

export type Input = Scenario.ScenarioInput
export type Account = NonNullable<Input["account"]>

/** Asks a simulator with this scenario, at no limited rate. */
export const layerOf = (input: Input, options: Partial<ActiveCampaignClient.Options> = {}) =>
  Contacts.layer.pipe(
    Layer.provideMerge(coreLayer(Scenario.make({ rateLimit: null, ...input }), options)),
    Layer.provide(RateBudget.layerUnlimited)
  )

/** What the answers say of these contacts. */
export const detailsOf = (...ids: ReadonlyArray<string>) =>
  Effect.map(
    Stream.runCollect(Contacts.details(Stream.fromIterable(ids.map((id) => ContactId.make(id))))),
    Chunk.toReadonlyArray
  )

/** What a contact holds, in short. A part that may be incomplete has a question mark, one that is missing a dash. */
export const shown = (found: Resolved.ResolvedInDetail) => {
  if (found._tag === "Gone") return "gone"
  const { fieldValues, firstName, lists, tags } = found.details
  const rowsOf = <Row>(
    part: { readonly _tag: string; readonly rows?: ReadonlyArray<Row> },
    word: (row: Row) => string
  ) =>
    part.rows === undefined ? "-" : `${part.rows.map(word).join(",")}${part._tag === "Incomplete" ? "?" : ""}`
  return [
    Option.getOrElse(firstName, () => "-"),
    rowsOf(fieldValues, ({ field, value }) => `${field}=${value}`),
    rowsOf(tags, ({ name, tag }) => Option.getOrElse(name, () => tag)),
    rowsOf(lists, ({ list, status }) => `${list}:${status}`)
  ].join(" | ")
}

export const ada = {
  contactId: "1",
  email: "ada@example.test",
  holds: {
    firstName: "Ada",
    fields: { "12": "Acme", "13": "||a||b||" },
    tags: ["vip", "new"],
    lists: { "3": 1, "4": 2 }
  }
}
