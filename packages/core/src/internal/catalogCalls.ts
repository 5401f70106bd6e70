import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { PageQuery } from "../ActiveCampaignApi.js"
import type { ActiveCampaignError } from "../ActiveCampaignError.js"
import { AnswerIncomplete, type ContactsError } from "../ContactsError.js"
import type { Edge } from "./edgeOf.js"

const perPage = 100

const describe = (path: string, { limit = perPage, offset = 0 }: PageQuery) =>
  `GET ${path}?limit=${limit}&offset=${offset}`

export const catalogCalls = ({ api, call }: Edge) => ({
  fields: (query: PageQuery = {}) =>
    call({ name: "fields", request: describe("/fields", query) }, api.catalog.fields({ urlParams: query })),
  tags: (query: PageQuery = {}) =>
    call({ name: "tags", request: describe("/tags", query) }, api.catalog.tags({ urlParams: query })),
  lists: (query: PageQuery = {}) =>
    call({ name: "lists", request: describe("/lists", query) }, api.catalog.lists({ urlParams: query })),
  exclusions: (query: PageQuery = {}) =>
    call(
      { name: "exclusions", request: describe("/lists/exclusions", query) },
      api.catalog.exclusions({ urlParams: query })
    )
})

interface Page<A> {
  readonly items: ReadonlyArray<A>
  readonly list: { readonly unreadable: number }
  readonly meta: Option.Option<{ readonly total: Option.Option<number> }>
}

interface Place {
  readonly offset: number
  readonly unreadable: number
}

/** Every item of all pages, once. The order of pages is not documented: a row may move to another page while they are read. */
export const allPages = <A extends { readonly id: string }>(
  path: string,
  fetch: (query: PageQuery) => Effect.Effect<Page<A>, ActiveCampaignError>
): Stream.Stream<A, ContactsError> =>
  Stream.suspend(() => {
    const seen = new Set<string>()
    const pageAt = (
      place: Place | AnswerIncomplete
    ): Effect.Effect<readonly [Chunk.Chunk<A>, Option.Option<Place | AnswerIncomplete>], ContactsError> => {
      if ("_tag" in place) return Effect.fail(place)
      const query = { limit: perPage, offset: place.offset }
      const incomplete = (reason: AnswerIncomplete["reason"], detail: string) =>
        new AnswerIncomplete({ request: describe(path, query), reason, detail })
      return Effect.flatMap(fetch(query), ({ items, list, meta }) => {
        const fresh = items.filter(({ id }) => !seen.has(id))
        if (items.length > 0 && fresh.length === 0) {
          return Effect.fail(incomplete("repeated", "it only shows what earlier pages had"))
        }
        for (const { id } of fresh) seen.add(id)
        const shown = items.length + list.unreadable
        const unreadable = place.unreadable + list.unreadable
        const next = { offset: place.offset + shown, unreadable }
        const total = Option.flatMap(meta, ({ total }) => total)
        const isEnd = shown === 0 || (shown < perPage && Option.exists(total, (all) => all <= next.offset))
        const withheld = Option.filter(total, (all) => all > seen.size)
        const gap =
          unreadable > 0
            ? Option.some(incomplete("unreadable", `${unreadable} of the items cannot be read`))
            : Option.map(withheld, (all) =>
                incomplete("withheld", `it counts ${all} items, and its pages show ${seen.size}`)
              )
        return Effect.succeed([Chunk.fromIterable(fresh), isEnd ? gap : Option.some(next)])
      })
    }
    const start: Place | AnswerIncomplete = { offset: 0, unreadable: 0 }
    return Stream.paginateChunkEffect(start, pageAt)
  })
