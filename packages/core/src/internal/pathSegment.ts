/** A text as one segment of a path. Half a surrogate pair has no bytes, and throws where it is escaped. */
export const pathSegment = (text: string): string =>
  encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd"))
