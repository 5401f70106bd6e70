import * as Option from "effect/Option"
import type { UnreadableItem } from "effect-activecampaign/UnreadableItem"
import { printable } from "./text.js"

/** Every item of the lists that could not be read, or nothing. */
export const unreadableItems = (unreadable: ReadonlyArray<UnreadableItem>) =>
  unreadable.length === 0
    ? ""
    : [
        `Could not be read: ${unreadable.length}`,
        ...unreadable.map(({ list, position, value }) => {
          const place = Option.match(position, { onNone: () => "the list", onSome: (at) => `item ${at + 1}` })
          return `  ${list}, ${place}: ${printable(value)}`
        })
      ].join("\n")
