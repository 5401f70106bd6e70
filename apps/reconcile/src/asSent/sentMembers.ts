import { isText, textOf } from "./cells.js"
import { nameForm } from "./names.js"
import { ofPayload, tellNobody } from "./payloadMembers.js"
import { type Kind, type SentMember, texts } from "./SentMember.js"
import type { Mapping, Sends } from "./Sends.js"

/** The value of a column; undefined if the row has no such column. */
export type Cell = (column: string) => unknown

/** What a cell of JSON is sent as is only known of texts and numbers. */
const one = (kind: Kind, name: string, value: string, cell: unknown): SentMember =>
  isText(cell) ? { kind, name, value } : { kind, name, value, isOdd: true }

const ofMapping = (mapping: Mapping, cell: Cell): ReadonlyArray<SentMember> => {
  const { fields = {}, subscribe = [], tags = [], unsubscribe = [] } = mapping
  type From = { readonly column: string } | { readonly value: string | number }
  const given = (from: From) => ("column" in from ? cell(from.column) : from.value)
  const sent = (kind: Kind, name: string, from: From): ReadonlyArray<SentMember> => {
    const value = textOf(given(from))
    if (value === undefined) return []
    return value.trim() === "" && mapping.empty !== "sent" ? [] : [one(kind, name, value, given(from))]
  }
  const tagsOf = (from: From, separator: string | undefined): ReadonlyArray<unknown> => {
    const value = given(from)
    if (Array.isArray(value)) return value
    return separator !== undefined && isText(value) ? String(value).split(separator) : [value]
  }
  return [
    ...texts.flatMap((kind) => {
      const from = mapping[kind]
      return from === undefined ? [] : sent(kind, "", from)
    }),
    ...Object.entries(fields).flatMap(([name, from]) => sent("field", nameForm(name), from)),
    ...tags.flatMap((from) =>
      tagsOf(from, "column" in from ? from.separator : undefined).flatMap((value) => {
        const tag = textOf(value)?.trim() ?? ""
        return tag === "" ? [] : [one("tag", tag, "", value)]
      })
    ),
    ...subscribe.map((id): SentMember => ({ kind: "subscribe", name: nameForm(String(id)), value: "" })),
    ...unsubscribe.map((id): SentMember => ({ kind: "unsubscribe", name: nameForm(String(id)), value: "" }))
  ]
}

/** What was sent for the contact of one row, as its source declares it. What is not declared is left out. */
export const sentMembers = (sends: Sends, cell: Cell): ReadonlyArray<SentMember> =>
  "payload" in sends ? ofPayload(cell, tellNobody) : ofMapping(sends, cell)
