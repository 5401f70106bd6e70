import * as Option from "effect/Option"
import type { ContactsQuery } from "../ActiveCampaignApi.js"
import type { ContactsPage } from "../Contact.js"
import { AnswerIncomplete } from "../ContactsError.js"
import { describeQuery } from "./contactCalls.js"

const counted = (count: number, thing: string) => `${count} ${thing}${count === 1 ? "" : "s"}`

/** Some of the page cannot be read: a contact that is not among the others may still be there. */
const unreadableIn = ({ unreadable }: ContactsPage, query: ContactsQuery): Option.Option<AnswerIncomplete> =>
  unreadable === 0
    ? Option.none()
    : Option.some(
        new AnswerIncomplete({
          request: describeQuery(query),
          reason: "unreadable",
          detail: `${counted(unreadable, "item")} in it cannot be read`
        })
      )

/** Why the page does not prove that a contact is absent if it is not shown. `seen` is the number of contacts shown. */
export const gapIn = (
  page: ContactsPage,
  query: ContactsQuery,
  seen: number
): Option.Option<AnswerIncomplete> => {
  const withheld = Option.filter(page.total, (total) => total > seen)
  return Option.orElse(unreadableIn(page, query), () =>
    Option.map(
      withheld,
      (total) =>
        new AnswerIncomplete({
          request: describeQuery(query),
          reason: "withheld",
          detail: `it counts ${counted(total, "contact")} that match and shows ${seen === 0 ? "none" : `only ${seen}`}`
        })
    )
  )
}
