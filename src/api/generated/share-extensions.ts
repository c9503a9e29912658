// Makes finished types smaller: graphql-js gives each field, argument and value an empty object that weighs more than itself.
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql'

type Extended = { extensions: object }

/** What all that has no extensions has in common; it has no prototype, as graphql-js wants it. */
const none: Readonly<Record<string, never>> = Object.freeze(Object.create(null))
const noArguments: readonly GraphQLArgument[] = Object.freeze([])

/** Gives all parts of a type that have no extensions the same empty ones; what has some keeps them. */
export function shareExtensions(type: GraphQLNamedType): void {
  share(type)
  if (isEnumType(type)) for (const value of type.getValues()) share(value)
  if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) share(field)
  if (isObjectType(type) || isInterfaceType(type))
    for (const field of Object.values(type.getFields())) shareOfField(field)
}

function shareOfField(field: GraphQLField<unknown, unknown>): void {
  share(field)
  if (field.args.length === 0) field.args = noArguments
  for (const argument of field.args) share(argument)
}

function share(part: Extended | GraphQLInputField): void {
  if (part.extensions !== none && Object.keys(part.extensions).length === 0) part.extensions = none
}
