import type { CountedCall } from "./faults.js"

/** Counts the status calls, all together and for each batch. Other requests get no number. */
export const makeCallCounter = () => {
  let ofAll = 0
  const ofBatch = new Map<string, number>()
  return (method: string, url: string): CountedCall | undefined => {
    const [path, query] = url.split("?", 2)
    if (method !== "GET" || path !== "/import/info") return undefined
    const batchId = new URLSearchParams(query).get("batchId") ?? ""
    ofAll += 1
    const count = (ofBatch.get(batchId) ?? 0) + 1
    ofBatch.set(batchId, count)
    return { batchId, ofAll, ofBatch: count }
  }
}
