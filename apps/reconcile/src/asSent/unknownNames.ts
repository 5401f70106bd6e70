/** Why a value cannot be told for lack of the names of the account. With them, it may be told. */
export const unknownNames = {
  fields: {
    title: "the names of fields are not known",
    options: "the type and options of the field are not known",
    type: "the type of the field is not known",
    twice: "the batch may have sent it under two names: the names of fields are not known"
  },
  tags: { name: "the name of one of its tags is not known" }
} as const
