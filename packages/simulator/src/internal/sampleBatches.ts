import type { Becomes } from "../Batch.js"
import type { ScenarioInput } from "../Scenario.js"

/** One submitted contact: what the account makes of it, and what its sender knows. */
export interface SampleRow {
  readonly name: readonly [first: string, last: string]
  readonly email: string
  readonly becomes?: Becomes
  readonly contactId?: string
  /** Whether the sender has the ID on record; default not. */
  readonly idKnown?: boolean
}

type BatchInput = NonNullable<ScenarioInput["batches"]>[number]

interface SampleBatch extends Omit<BatchInput, "contacts"> {
  readonly rows: ReadonlyArray<SampleRow>
}

const known = (contactId: string) => ({ contactId, idKnown: true })

const clean: SampleBatch = {
  batchId: "5b1f2c9e-8d34-4a67-9c02-1e7a40d6b3a1",
  stages: { unset: 800, waiting: 300, claimed: 300, active: 600 },
  rows: [
    { name: ["Ada", "Lindqvist"], email: "ada.lindqvist@example.test", ...known("2041") },
    { name: ["Bashir", "Okafor"], email: "bashir@example.test", ...known("2042") },
    { name: ["Chiara", "Neri"], email: "chiara.neri@example.com" },
    { name: ["Dmitri", "Volkov"], email: "d.volkov+events@example.test" },
    { name: ["Élodie", "Garnier"], email: "elodie.garnier@example.com" },
    { name: ["Farah", "Haddad"], email: "farah.haddad@example.test", becomes: "updated", ...known("1877") }
  ]
}

/** Exactly the answer on the vendor's page "Bulk import status info". */
const vendorsExample: SampleBatch = {
  batchId: "c7e04d18-52ab-4f90-8b6d-93f1a27c5e02",
  stages: { unset: 1000, waiting: 400, claimed: 400, active: 700 },
  rows: [
    { name: ["Gustav", "Meier"], email: "gustav.meier@example.com", contactId: "125" },
    { name: ["Ines", "Valid"], email: "invalid'character@example.com", becomes: "rejected" },
    { name: ["Hana", "Sato"], email: "hana.sato@example.com", contactId: "123" },
    { name: ["Ivo", "Marek"], email: "invalid.email@invalidDomain", becomes: "rejected" },
    { name: ["Jamila", "Benali"], email: "jamila.benali@example.com", contactId: "126" },
    { name: ["Kofi", "Mensah"], email: "kofi.mensah@example.com", contactId: "124" }
  ]
}

/** Five IDs and three addresses for eight contacts, but one of each was not sent, and three contacts are silent. */
const openNumbers: SampleBatch = {
  batchId: "0e93ab57-f1c6-4d2b-a8e4-6c5d70b91f3d",
  stages: { unset: 1000, waiting: 500, claimed: 300, active: 1200 },
  strangers: { success: ["9977"], failure: ["noemi.sandvik@exmple.test"] },
  rows: [
    { name: ["Lena", "Fischer"], email: "lena.fischer@example.test", ...known("2101") },
    { name: ["Mateo", "Rojas"], email: "mateo.rojas@example.test", ...known("2102") },
    { name: ["Noémi", "Sandvik"], email: "noemi.sandvik@example.test", becomes: "silent" },
    { name: ["Oskar", "Nyberg"], email: "oskar.nyberg@example.com", becomes: "silent", ...known("1650") },
    {
      name: ["Priya", "Raman"],
      email: "priya.raman@example.com",
      becomes: "contradictory",
      ...known("2103")
    },
    { name: ["Quentin", "Moreau"], email: "quentin.moreau@example", becomes: "rejected" },
    { name: ["Rosa", "Castillo"], email: "rosa.castillo@example.test", becomes: "updated", ...known("1701") },
    { name: ["Sven", "Dahl"], email: "sven.dahl@example.com", becomes: "silent" }
  ]
}

const failedHalfway: SampleBatch = {
  batchId: "a4d6180f-7b29-4ce3-b5f7-2d08e9c4713b",
  stages: { unset: 600, waiting: 400, claimed: 200, active: 1000 },
  ends: "failed",
  processed: 3,
  partialLists: true,
  rows: [
    { name: ["Tomasz", "Zielinski"], email: "tomasz@example.test", ...known("2201") },
    { name: ["Uma", "Patel"], email: "uma.patel@example..com", becomes: "rejected" },
    { name: ["Viktor", "Lund"], email: "viktor.lund@example.com" },
    { name: ["Wanjiru", "Kamau"], email: "wanjiru.kamau@example.test" },
    { name: ["Xavier", "Dubois"], email: "xavier.dubois@example.com" }
  ]
}

const interrupted: SampleBatch = {
  batchId: "e81c5f3a-094d-4b76-9f2e-58a3d1067cb4",
  stages: { unset: 500, waiting: 1500, claimed: 300, active: 200 },
  ends: "interrupted",
  processed: 0,
  rows: [
    { name: ["Yara", "Haidar"], email: "yara.haidar@example.test" },
    { name: ["Zoltan", "Kiss"], email: "zoltan.kiss@example.com" },
    { name: ["Aiko", "Mori"], email: "aiko.mori@example.com" }
  ]
}

const sentTwice: SampleBatch = {
  batchId: "37b2e6d4-c85a-4e1f-86d0-f40b9a12e7c5",
  stages: { unset: 1000, waiting: 200, claimed: 200, active: 900 },
  rows: [
    { name: ["Bruno", "Keller"], email: "bruno.keller@example.com" },
    { name: ["Carmen", "Ibáñez"], email: "carmen.ibanez@example.test", ...known("2301") },
    { name: ["Bruno", "Keller"], email: "Bruno.Keller@Example.com" },
    { name: ["Deniz", "Aydin"], email: "deniz.aydin@example.test" }
  ]
}

const neverSettles: SampleBatch = {
  batchId: "d95a7e20-3f18-4c6b-a197-b62c84f0d51e",
  stages: { unset: 1000, waiting: 600, claimed: 600, active: 60_000 },
  ends: "never",
  rows: [
    { name: ["Emeka", "Eze"], email: "emeka.eze@example.com" },
    { name: ["Freya", "Holm"], email: "freya.holm@example.test" }
  ]
}

/** In submission order. */
export const sampleBatches: ReadonlyArray<SampleBatch> = [
  clean,
  vendorsExample,
  openNumbers,
  failedHalfway,
  interrupted,
  sentTwice,
  neverSettles
]
