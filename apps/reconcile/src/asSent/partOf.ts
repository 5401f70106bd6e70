import type { Kind } from "./SentMember.js"

/** The kinds that an answer shows in one part, so that one word says that it did not have it. */
export const partOf = (kind: Kind): string =>
  kind === "subscribe" || kind === "unsubscribe"
    ? "lists"
    : kind === "tag"
      ? "tags"
      : kind === "field"
        ? "fields"
        : kind
