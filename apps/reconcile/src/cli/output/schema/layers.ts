import type { Described } from "../../../ledger/reports/describeSchema.js"
import type { Layer } from "../../../ledger/schema/notes/Note.js"

interface Section {
  readonly layer: Layer
  readonly title: string
  readonly about: string
}

/** The parts of the file, in the order in which somebody new to it should meet them. */
const sections: ReadonlyArray<Section> = [
  { layer: "view", title: "Views", about: "One question each. They are the promise: ask them first." },
  {
    layer: "facts",
    title: "Facts",
    about: "What was sent and what was answered. Written once, never changed."
  },
  { layer: "yours", title: "Yours", about: "Your own contacts, as your sources have them." },
  {
    layer: "conclusions",
    title: "Conclusions",
    about: "What follows from the facts. They can be drawn again, to the same rows."
  },
  { layer: "history", title: "History", about: "What was done with the file, and when." },
  { layer: "file", title: "The file", about: "What the file says about itself." },
  {
    layer: "internal",
    title: "Internal",
    about:
      "How the rows of the views above are stored: addresses and batches by number. It may change with any release; ask the views."
  }
]

/** Tables and views under the part of the file they belong to; parts without any are left out. */
export const bySection = (schema: ReadonlyArray<Described>) =>
  sections
    .map((section) => ({ ...section, objects: schema.filter(({ layer }) => layer === section.layer) }))
    .filter(({ objects }) => objects.length > 0)
