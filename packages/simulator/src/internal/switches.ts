import * as Option from "effect/Option"
import * as SchemaAST from "effect/SchemaAST"
import type { ClaimId } from "effect-activecampaign/Claim"
import { ClaimsId } from "./label.js"

/** One key of a scenario. `claims` is missing if the key has no label, which a test forbids. */
export interface LabelledKey {
  readonly name: string
  readonly claims: Option.Option<ReadonlyArray<ClaimId>>
  readonly meaning: string
}

const labelOf = (name: string, annotated: SchemaAST.Annotated): LabelledKey => ({
  name,
  claims: SchemaAST.getAnnotation<ReadonlyArray<ClaimId>>(ClaimsId)(annotated),
  meaning: Option.getOrElse(SchemaAST.getDescriptionAnnotation(annotated), () => "")
})

const keysBelow = (ast: SchemaAST.AST, path: string): ReadonlyArray<LabelledKey> => {
  switch (ast._tag) {
    case "Transformation":
      return keysBelow(ast.to, path)
    case "Refinement":
      return keysBelow(ast.from, path)
    case "TupleType":
      return ast.rest.flatMap((item) => keysBelow(item.type, `${path}[]`))
    case "Union":
      return ast.types.flatMap((member) => keysBelow(member, path))
    case "TypeLiteral":
      return keysOf(ast, path)
    default:
      return []
  }
}

const keysOf = (ast: SchemaAST.TypeLiteral, path: string): ReadonlyArray<LabelledKey> => {
  const tag = ast.propertySignatures.find((signature) => signature.name === "_tag")
  const tagWord = tag !== undefined && SchemaAST.isLiteral(tag.type) ? ` ${String(tag.type.literal)}` : ""
  const here = `${path}${tagWord}`
  return ast.propertySignatures.flatMap((signature) => {
    if (signature === tag) return [labelOf(here, signature)]
    const name = here === "" ? String(signature.name) : `${here}.${String(signature.name)}`
    return [labelOf(name, signature), ...keysBelow(signature.type, name)]
  })
}

/** Every key of a schema of structs, parents before children, in order of definition. */
export const labelledKeys = (ast: SchemaAST.AST): ReadonlyArray<LabelledKey> => keysBelow(ast, "")
