/**
 * A submission as it is stored until it has left: the library's own, of which single contacts may have been erased.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { ImportContact, Submission } from "effect-activecampaign/Submission"

/**
 * The place of a contact that was erased before it left. It is never sent.
 *
 * @since 0.1.0
 * @category models
 */
export const ErasedContact = Schema.Struct({ erased: Schema.Literal(true) }).annotations({
  identifier: "ErasedContact"
})

/**
 * A `Submission` whose contacts may have been erased. Any `Submission` is one.
 *
 * @since 0.1.0
 * @category models
 */
export const StoredSubmission = Schema.Struct({
  ...Submission.fields,
  contacts: Schema.Array(Schema.Union(ImportContact, ErasedContact))
}).annotations({ identifier: "StoredSubmission" })

/**
 * @since 0.1.0
 * @category models
 */
export interface StoredSubmission extends Schema.Schema.Type<typeof StoredSubmission> {}

/**
 * What of it can still be sent.
 *
 * @since 0.1.0
 * @category getters
 */
export const remaining = ({ contacts, ...settings }: StoredSubmission): Submission => ({
  ...settings,
  contacts: contacts.filter((contact) => "email" in contact)
})
