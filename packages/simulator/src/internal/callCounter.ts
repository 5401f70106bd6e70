import type { Endpoint } from "../Fault.js"
import type { CountedCall } from "./faults.js"

const pages: ReadonlyMap<string, Endpoint> = new Map([
  ["/contacts", "contacts"],
  ["/fields", "fields"],
  ["/tags", "tags"],
  ["/lists", "lists"],
  ["/lists/exclusions", "exclusions"]
])

const endpointOf = (method: string, path: string): Endpoint | undefined => {
  if (path === "/import/bulk_import") return method === "POST" ? "submit" : "totals"
  if (method !== "GET") return undefined
  if (path === "/import/info") return "info"
  const named = pages.get(path)
  if (named !== undefined) return named
  if (!path.startsWith("/contacts/")) return undefined
  return path.endsWith("/contactTags") ? "contactTags" : "contact"
}

/** Counts the calls of each endpoint, all together and for each batch. Other requests get no number. */
export const makeCallCounter = () => {
  const counts = new Map<string, number>()
  const countUp = (name: string) => {
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return count
  }
  return (method: string, url: string): CountedCall | undefined => {
    const [path = "", query] = url.split("?", 2)
    const endpoint = endpointOf(method, path)
    if (endpoint === undefined) return undefined
    const batchId = new URLSearchParams(query).get("batchId") ?? ""
    const ofBatch = countUp(JSON.stringify([endpoint, batchId]))
    return { endpoint, batchId, ofAll: countUp(endpoint), ofBatch }
  }
}
