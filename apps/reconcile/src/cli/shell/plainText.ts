import type * as Span from "@effect/cli/HelpDoc/Span"

/** The text of the parser without its colours. */
export const spanText = (span: Span.Span): string => {
  switch (span._tag) {
    case "Sequence":
      return spanText(span.left) + spanText(span.right)
    case "Text":
    case "URI":
      return span.value
    default:
      return spanText(span.value)
  }
}
