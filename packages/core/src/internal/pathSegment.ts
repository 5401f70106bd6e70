/** A text as one segment of a path. Escaping half a surrogate pair would throw. */
export const pathSegment = (text: string): string =>
  encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd"))
