import * as Either from "effect/Either"
import { describe, expect, it } from "vitest"
import { parse } from "../../src/asSent/Sends.js"

const problemsOf = (text: string) => Either.match(parse(text), { onLeft: (all) => all, onRight: () => [] })

const from = 'takes {"column": NAME} or {"value": TEXT}.'
const tag = 'takes {"column": NAME}, with a "separator" or without, or {"value": TAG}.'
const id = "takes the ID of a list, which is a number."
const members =
  "empty, first_name, last_name, phone, customer_acct_name, fields, tags, subscribe, unsubscribe"
const nothing =
  "It does not say what was sent. Give one of first_name, last_name, phone, customer_acct_name, fields, tags, subscribe, unsubscribe."

describe("a mapping of what was sent", () => {
  it.each([
    ["[]", ["It takes an object, in braces."]],
    ['{"first_name": "First"}', [`first_name: ${from}`]],
    ['{"first_name": {"value": null}}', [`first_name: ${from}`]],
    ['{"first_name": {"column": ""}}', [`first_name: ${from}`]],
    ['{"fields": {"12": {"colum": "First"}}}', [`fields.12: ${from}`]],
    [
      '{"fields": [12]}',
      ['fields: takes an object with a member for each field, as in {"12": {"column": NAME}}.']
    ],
    ['{"fields": {"": {"value": "a"}}}', ["fields: has a field without a name."]],
    ['{"fields": {" ": {"value": "a"}}}', ["fields: has a field without a name."]],
    [
      '{"tags": [{"column": "Groups", "separator": ""}]}',
      ["tags[0].separator: is empty. Leave it out, or give the text between two tags."]
    ],
    ['{"subscribe": [3, "4", "03"]}', ["subscribe[2]: is the same list as subscribe[0]."]],
    [
      '{"subscribe": [3, 4], "unsubscribe": ["5", "4"]}',
      ["unsubscribe[1]: is the same list as subscribe[1]."]
    ],
    ['{"fields": {"3": {"value": "a"}, "03": {"value": "b"}}}', ['fields.03: is the same field as "3".']],
    [
      '{"fields": {"PLAN": {"value": "a"}, "%plan%": {"value": "b"}}}',
      ['fields.%plan%: is the same field as "PLAN".']
    ],
    [
      '{"fields": {"My plan": {"value": "a"}, " my  Plan": {"value": "b"}}}',
      ['fields. my  Plan: is the same field as "My plan".']
    ],
    ['{"tags": "vip"}', ['tags: takes a list, as in [{"value": TAG}].']],
    ['{"tags": ["vip", {"value": ""}]}', [`tags[0]: ${tag}`, `tags[1]: ${tag}`]],
    ['{"subscribe": 3}', ["subscribe: takes a list of the IDs of lists, as in [3]."]],
    [
      '{"subscribe": ["News", -1], "unsubscribe": [1.5, " 3"]}',
      [`subscribe[0]: ${id}`, `subscribe[1]: ${id}`, `unsubscribe[0]: ${id}`, `unsubscribe[1]: ${id}`]
    ],
    ['{"empty": "no", "tags": [{"value": "a"}]}', ['empty: takes "left-out" or "sent".']],
    ['{"$schema": 1, "subscribe": [3]}', ["$schema: takes a text."]],
    ['{"firstName": {"column": "First"}}', ['firstName: is not known. Did you mean "first_name"?']],
    ['{"zzz": 1}', [`zzz: is not known. Known are ${members}.`]],
    ["{}", [nothing]],
    ['{"empty": "sent", "fields": {}, "tags": [], "subscribe": []}', [nothing]],
    [
      '{"phone": {"value": " "}, "fields": {"Plan": {"value": ""}}}',
      ["phone", "fields.Plan"].map(
        (place) => `${place}: is empty, which counts as not sent. Leave it out, or add "empty": "sent".`
      )
    ],
    ['{"phone": {"value": "1"}, "phone": {"value": "2"}}', ["phone: is there more than once."]],
    [
      '{"fields": {"12": {"value": "a", "value": "b"}, "1\\u0032": {"value": "c"}}}',
      ["fields.12: is there more than once."]
    ]
  ])("is not %s, and each problem is one sentence with its place", (text, problems) => {
    expect(problemsOf(text)).toEqual(problems)
  })

  it.each([
    '{"subscribe": ["3", 4]}',
    '{"fields": {"%off": {"value": "a"}, "off": {"value": "b"}}}',
    '{"empty": "sent", "fields": {"Plan": {"value": ""}}}',
    '{"fields": {"12": {"value": 5}}, "tags": [{"value": 7}, {"column": "Groups", "separator": ";"}]}'
  ])("may be %s", (text) => {
    expect(parse(text)).toEqual(Either.right(JSON.parse(text)))
  })
})
