import { values } from "./database.js"

/** The body of a request. */
export const payload = {
  contacts: [
    {
      email: "ada@x.test",
      first_name: "Ada",
      fields: [{ id: 12, value: "ACME" }],
      tags: ["vip"],
      subscribe: [{ listid: 3 }]
    },
    { email: "bob@x.test", first_name: "Bob", fields: [{ id: "12", value: 5 }] }
  ]
}

/** Values of a file that were dropped. */
export const dropped = (file: string) =>
  values(file, "SELECT email || ' ' || name || ' ' || comparison FROM dropped_values ORDER BY 1")

/** The contacts of a file, by batch. */
export const sent = (file: string) =>
  values(file, "SELECT batch_id || ' ' || email FROM batch_sent ORDER BY 1")

/** A world in which that was sent, and the account dropped the field Company of everybody. */
export const scenario = {
  account: { fields: [{ id: "12", title: "Company" }] },
  batches: [
    {
      batchId: "b1",
      contacts: payload.contacts.map(({ email, fields, ...others }) => ({
        email,
        sends: { ...others, fields: fields.map(({ id, value }) => ({ id, value: String(value) })) },
        mishaps: [{ _tag: "FieldDropped" as const, field: "12" }]
      }))
    }
  ]
}
