// What is sent and found: 12 fields, of which every hundredth value arrives as something else.
export const fields = Array.from({ length: 12 }, (_, at) => String(at + 1))

export const contactsOf = (batch) =>
  Array.from({ length: 250 }, (_, at) => {
    const number = batch * 250 + at + 1
    const email = `person${number}@example${number % 97}.test`
    const sent = fields.map((id, place) => ({ id, value: `Value ${place} of ${number}` }))
    const found = sent.map(({ id, value }, place) => ({
      field: id,
      value: (number * 12 + place) % 100 === 0 ? "Another" : value
    }))
    return { id: String(number), email, sent, found }
  })
