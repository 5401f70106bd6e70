import type * as Effect from "effect/Effect"
import type { BatchId } from "effect-activecampaign/BatchId"
import type { Sends } from "../../asSent/Sends.js"
import type { Place, RejectedRow } from "../../contacts/ContactRow.js"
import type { OutputError } from "../../files/OutputError.js"

export interface SourceKey {
  /** The column of the source whose value names a row across loads. */
  readonly column: string
  /** What the numbers of the rows count. */
  readonly place: Place
  /** Takes the rows whose key another row had before them. */
  readonly setAside: (rows: ReadonlyArray<RejectedRow>) => Effect.Effect<void, OutputError>
}

export interface Source {
  /** Loading a source of the same name again updates its contacts. */
  readonly name: string
  /** Rows that could not be read, known once the others have been: what was sent is then not wholly known. */
  readonly rejected: () => number
  /** Without one, a row is known by its address, and by its turn among those with the same one. */
  readonly key?: SourceKey
  /** The batch of every row, where the rows do not name theirs. */
  readonly batchId?: BatchId
  /** When batches were submitted, by their ID, as the source itself says. Call after the rows have been read. */
  readonly submissions?: () => ReadonlyMap<string, string>
  /** When the other batches that the rows name were submitted, whatever was said of it before. */
  readonly submittedAt?: string
  /** When those of them were submitted of which nothing has been said yet. */
  readonly othersSubmittedAt?: string
  /**
   * What its contacts were sent with, known once its rows have been read. Without it, what an earlier load declared stays.
   */
  readonly sends?: () => Sends | undefined
  /** Refuse a source in which no row names a batch. */
  readonly namesBatches?: boolean
}
