import type { Described } from "../../../ledger/reports/describeSchema.js"
import { guide } from "../../../ledger/schema/notes/guide.js"
import type { Layer } from "../../../ledger/schema/notes/Note.js"

interface Section {
  readonly layer: Layer
  readonly title: string
  readonly about: string
}

/** The parts of the file, in the order in which somebody new to it should meet them. */
const sections: ReadonlyArray<Section> = [
  { layer: "view", title: "Views", about: "Each answers one question. Start here." },
  {
    layer: "facts",
    title: "Facts",
    about: "What was sent, and what ActiveCampaign answered. Written once and then kept."
  },
  { layer: "yours", title: "Yours", about: "Your own contacts, as your sources have them." },
  {
    layer: "conclusions",
    title: "Conclusions",
    about: "What follows from the facts. 'ac-reconcile reconcile --rebuild' recomputes the same rows."
  },
  { layer: "history", title: "History", about: "What was done with the file, and when." },
  { layer: "file", title: "The file", about: "What the file says about itself." },
  {
    layer: "internal",
    title: "Internal",
    about:
      "Tables that store the rows shown above, with addresses and batches by number. They may change with any release. Query the views."
  }
]

const order = new Map(Object.keys(guide).map((name, at) => [name, at]))

const placeOf = ({ name }: Described) => order.get(name) ?? order.size

/** Tables and views under the part of the file they belong to, in reading order. Empty parts are left out. */
export const bySection = (schema: ReadonlyArray<Described>) =>
  sections
    .map((section) => ({
      ...section,
      objects: schema
        .filter(({ layer }) => layer === section.layer)
        .sort((one, other) => placeOf(one) - placeOf(other))
    }))
    .filter(({ objects }) => objects.length > 0)
