import type { RequestListener } from "node:http"
import { batchIdOf, token } from "./World.js"

/** The example on the vendor's page "Bulk import status info", byte for byte. */
export const documentedAnswer = `{
  "status":"completed",
  "success":["123","124","125","126"],
  "failure":[
   "invalid.email@invalidDomain", 
   "invalid'character@example.com"
  ]
}`

export const documentedSuccess = ["123", "124", "125", "126"]
export const documentedFailure = ["invalid.email@invalidDomain", "invalid'character@example.com"]

/** A server of the documented call and nothing else: another path, method or token is refused. */
export const documentedServer = (answer: (batchId: string, call: number) => string): RequestListener => {
  const calls = new Map<string, number>()
  return (request, response) => {
    const reply = (status: number, body: string) => {
      response.writeHead(status, { "content-type": "application/json" })
      response.end(body)
    }
    const batchId = batchIdOf(request)
    const { pathname } = new URL(request.url ?? "", "http://localhost")
    if (pathname !== "/api/3/import/info" || request.method !== "GET") {
      return reply(404, '{"message":"No Result found"}')
    }
    if (request.headers["api-token"] !== token) return reply(403, '{"message":"Forbidden"}')
    if (batchId === null) return reply(400, `{"success":0,"message":"'batchId' is a required field."}`)
    const call = (calls.get(batchId) ?? 0) + 1
    calls.set(batchId, call)
    return reply(200, answer(batchId, call))
  }
}

/** A CSV of contacts sent in one batch. */
export const csvOf = (batchId: string, emails: ReadonlyArray<string>) =>
  [
    "name,email,batch_id",
    ...emails.map((email, index) => `Contact ${index + 1},${email},${batchId}`),
    ""
  ].join("\n")

/** Six contacts of the documented batch; the rejected ones are written otherwise than the answer writes them. */
export const documentedContacts = [
  "ada@example.test",
  "Invalid.Email@INVALIDdomain",
  "Bashir.Okafor@example.test",
  "chiara@example.test",
  "INVALID'character@Example.com",
  "dmitri@example.test"
]

/** For a server of ours: as fast as it answers, and nothing but the status call asked of it. */
export const fast = [
  "--requests-per-second",
  "1000",
  "--account-limit",
  "1000",
  "--no-resolve",
  "--no-lookup"
]
