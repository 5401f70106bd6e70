import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { BatchId } from "effect-activecampaign/BatchId"
import { Contact } from "effect-activecampaign/Contact"
import { Detailed } from "effect-activecampaign/ContactDetails"
import { ContactId } from "effect-activecampaign/ContactId"
import { fromAddress } from "effect-activecampaign/EmailKey"
import { Gone, type ResolvedInDetail } from "effect-activecampaign/Resolved"
import * as ImportAnswer from "effect-activecampaign/ImportAnswer"
import { payload, type Sends } from "../../src/asSent/Sends.js"
import * as AccountNames from "../../src/ledger/asSent/AccountNames.js"
import * as Looks from "../../src/ledger/asSent/Looks.js"
import * as Wanted from "../../src/ledger/asSent/Wanted.js"
import * as Answers from "../../src/ledger/facts/Answers.js"
import * as Batches from "../../src/ledger/facts/Batches.js"
import * as Links from "../../src/ledger/facts/Links.js"
import * as Lookups from "../../src/ledger/facts/Lookups.js"
import { reconcileStale } from "../../src/ledger/conclusions/Reconciliation.js"
import * as LocalContacts from "../../src/ledger/load/LocalContacts.js"
import { inColumns, row, select } from "./ledger.js"
import type { contactRow, Fact, Held } from "./sentFacts.js"

/** Facts of sent values as they are recorded, and what is concluded from them. */

const columns = (one: typeof contactRow extends FastCheck.Arbitrary<infer Row> ? Row : never) => ({
  ...row(one.email, one.batch, one.id),
  ...inColumns({ email: one.email, First: one.firstName, Company: one.company, Tag: one.tag })
})

const declared = (drawn: Sends | null) => (drawn === null ? {} : { sends: () => drawn })

const contactOf = (one: Held, changedAt: string): ResolvedInDetail => {
  const [ownId, address] = one.known
  const contactId = ContactId.make(ownId)
  if (one.shows === "gone") return new Gone({ id: contactId })
  const part = <Row>(rows: ReadonlyArray<Row>) =>
    one.shows === "cut"
      ? { _tag: "Incomplete" as const, rows, why: "withheld" as const }
      : { _tag: "Complete" as const, rows }
  const notSideloaded = { _tag: "NotSideloaded" as const }
  return new Detailed({
    id: contactId,
    contact: new Contact({
      id: contactId,
      email: address,
      cdate: DateTime.make("2031-04-01T00:00:00Z"),
      udate: DateTime.make(changedAt),
      deleted: false,
      bouncedHard: Option.none()
    }),
    details: {
      firstName: Option.some(one.firstName),
      lastName: Option.some(one.firstName),
      phone: Option.none(),
      organization: Option.none(),
      fieldValues:
        one.shows === "no fields"
          ? notSideloaded
          : part(one.company === null ? [] : [{ field: "12", value: one.company }]),
      tags: part(one.tags.map((name, at) => ({ tag: String(at), name: Option.some(name) }))),
      lists: one.shows === "no lists" ? notSideloaded : part([{ list: "3", status: one.status }])
    }
  })
}

/** The contacts that a look fetches. */
export const shownBy = (one: Fact & { readonly kind: "look" }, at: DateTime.Utc) =>
  one.found.map((contact) =>
    contactOf(contact, contact.isLate ? DateTime.formatIso(at) : "2031-04-01T00:00:00Z")
  )

const wantedBy = (ids: ReadonlyArray<string>) =>
  Effect.map(Effect.all([Wanted.next("new", null, 100), Wanted.next("unseen", null, 100)]), (all) =>
    all.flat().filter(({ contactId }) => ids.includes(contactId))
  )

/** Records a fact that became known at a time. A look: with the names known then. */
export const take = (one: Fact, at: DateTime.Utc) =>
  Effect.gen(function* () {
    const now = DateTime.formatIso(at)
    switch (one.kind) {
      case "load":
        return yield* LocalContacts.load(
          { name: one.source, rejected: () => one.rejected, ...declared(one.sends) },
          Stream.succeed(one.rows.map(columns)),
          now
        ).pipe(Effect.catchTag("OtherThanPayload", () => Effect.void))
      case "load by key":
        return yield* LocalContacts.load(
          {
            name: "crm",
            rejected: () => 0,
            key: { column: "id", place: "line", setAside: () => Effect.dieMessage("no key is repeated") },
            ...declared(one.sends)
          },
          Stream.succeed(one.rows.map((drawn) => ({ ...columns(drawn), key: drawn.key }))),
          now
        )
      case "send":
        return yield* LocalContacts.load(
          {
            name: one.from ?? `sent in ${one.batch}`,
            rejected: () => 0,
            batchId: BatchId.make(one.batch),
            sends: () => payload
          },
          Stream.succeed(
            one.contacts.map(({ email: address, firstName: first, subscribe, unsubscribe, ...rest }) => ({
              ...row(address, one.batch),
              ...inColumns({
                email: address,
                ...(first === null ? {} : { first_name: first }),
                ...rest,
                subscribe: subscribe.map((listid) => ({ listid })),
                unsubscribe: unsubscribe.map((listid) => ({ listid }))
              })
            }))
          ),
          now
        )
      case "answer": {
        const batchId = BatchId.make(one.batch)
        yield* Batches.add([batchId], { addedAt: now })
        const { failure, status, success } = one
        return yield* Answers.record(
          {
            batchId,
            answer: ImportAnswer.make(status, {
              success: success.map((contactId) => ContactId.make(contactId)),
              failure
            }),
            receivedAt: at,
            body: JSON.stringify({ failure, status, success })
          },
          one.origin
        )
      }
      case "look": {
        const found = shownBy(one, at)
        yield* Links.record(found, now)
        yield* reconcileStale()
        const wanted = one.isWanted ? yield* wantedBy(found.map((contact) => String(contact.id))) : []
        return yield* Looks.record(found, { ...(yield* Lookups.moment), askedAt: now }, wanted)
      }
      case "look up": {
        const contact = Option.map(
          Option.fromNullable(one.id),
          (contactId) =>
            new Contact({
              id: ContactId.make(contactId),
              email: one.email,
              cdate: Option.none(),
              udate: Option.none(),
              deleted: one.deleted,
              bouncedHard: Option.none()
            })
        )
        const looked = { emailKey: fromAddress(one.email), email: one.email, contact }
        return yield* Lookups.record([looked], "address", { ...(yield* Lookups.moment), askedAt: now })
      }
      case "names": {
        const reading = { isWhole: one.isWhole, readAt: now }
        const field = {
          id: "12",
          title: one.title,
          type: Option.some("text"),
          perstag: Option.none(),
          options: Option.some([])
        }
        yield* AccountNames.replaceFields([field], reading)
        return yield* AccountNames.replaceLists([{ id: "3", name: one.title }], reading)
      }
      case "submitted":
        return yield* Batches.add([BatchId.make(one.batch)], {
          addedAt: now,
          submittedAt: DateTime.formatIso(DateTime.add(begin, { minutes: one.at }))
        })
    }
  })

export const begin = DateTime.unsafeMake("2031-04-02T08:00:00.000Z")

/** All that is concluded of sent values, by the names of batches. */
export const sentConclusions = Effect.all({
  verdicts: select<{
    readonly batch_id: string
  }>(`SELECT b.batch_id, v.address_id, v.occurrence, m.kind, m.name,
      v.comparison, v.sent, v.found, v.why
    FROM value_verdicts v JOIN sent_members m USING (member_id) JOIN numbered_batches b USING (batch)
    ORDER BY 1, 2, 3, 4, 5`),
  counts: select<{
    readonly batch_id: string
  }>(`SELECT b.batch_id, m.kind, m.name, c.sent, c.same, c.different,
      c.absent, c.edited_since, c.sent_again, c.not_checked
    FROM value_counts c JOIN sent_members m USING (member_id) JOIN numbered_batches b USING (batch)
    ORDER BY 1, 2, 3`),
  breaks: select<{ readonly batch_id: string }>(`SELECT b.batch_id, c.address_id, c.list_id, c.status_before,
      c.look_before, c.look_after FROM consent_breaks c JOIN numbered_batches b USING (batch) ORDER BY 1, 2, 3`),
  findings: select<{ readonly batch_id: string }>("SELECT * FROM findings ORDER BY 1, 2, 3")
})
