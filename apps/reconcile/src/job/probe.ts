import * as Effect from "effect/Effect"
import type { Service as Contacts } from "effect-activecampaign/Contacts"
import type { Ledger } from "../ledger/Ledger.js"
import type { LedgerError } from "../ledger/LedgerError.js"
import type { Journal } from "./Journal.js"

/** An account that takes longer has not shown that it answers. */
const patience = "5 seconds"

/**
 * Makes a call that is not about any batch or contact. If it is answered, this is the account and the token works, so the
 * failures concern only what was asked about.
 */
export const accountAnswers = (
  contacts: Contacts,
  journal: Journal
): Effect.Effect<boolean, LedgerError, Ledger> =>
  contacts.newestId.pipe(
    Effect.timeout(patience),
    Effect.matchEffect({
      onFailure: () => Effect.succeed(false),
      onSuccess: () => Effect.as(journal.proven, true)
    })
  )
