import * as Option from "effect/Option"
import { Contact } from "effect-activecampaign/Contact"
import { ContactId } from "effect-activecampaign/ContactId"

/** A contact of the account of which nothing but ID and address matters. */
export const contactOf = (id: string, email: string) =>
  Contact.make({
    id: ContactId.make(id),
    email,
    cdate: Option.none(),
    udate: Option.none(),
    deleted: false,
    bouncedHard: Option.none()
  })
