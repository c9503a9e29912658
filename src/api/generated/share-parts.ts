// Makes finished types smaller: what many of their parts have in common is kept once, for all schemas of one registry.
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql'

type Part = { extensions: object; description?: string | null | undefined }
/** Descriptions by themselves: those of two schemas are the same text, but not the same string. */
export type Texts = Map<string, string>

/** graphql-js makes an empty object for each part without extensions, which weighs more than the part; it takes this one as its own. */
const none: Readonly<Record<string, never>> = Object.freeze(Object.create(null))
const noArguments: readonly GraphQLArgument[] = Object.freeze([])

/** Lets all parts of a type share their descriptions and what is empty; extensions that somebody gave stay. */
export function shareParts(type: GraphQLNamedType, texts: Texts): void {
  share(type, texts)
  if (isEnumType(type)) for (const value of type.getValues()) share(value, texts)
  if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) share(field, texts)
  if (isObjectType(type) || isInterfaceType(type))
    for (const field of Object.values(type.getFields())) shareOfField(field, texts)
}

function shareOfField(field: GraphQLField<unknown, unknown>, texts: Texts): void {
  share(field, texts)
  if (field.args.length === 0) field.args = noArguments
  for (const argument of field.args) share(argument, texts)
}

function share(part: Part, texts: Texts): void {
  if (part.extensions !== none && Object.keys(part.extensions).length === 0) part.extensions = none
  const { description } = part
  if (!description) return
  const known = texts.get(description)
  if (known === undefined) texts.set(description, description)
  else part.description = known
}
