// The scalar of a file that comes with the request; only a request in parts can have one.
import { GraphQLError, GraphQLScalarType } from 'graphql'
import { isIncoming } from '../../files/incoming.ts'

const problem =
  'Upload must be a file that comes with the request, by the GraphQL multipart request specification'

function refuse(): GraphQLError {
  return new GraphQLError(problem, { extensions: { code: 'BAD_USER_INPUT' } })
}

export const Upload = new GraphQLScalarType({
  name: 'Upload',
  description: 'A file that comes with the request, by the GraphQL multipart request specification.',
  specifiedByURL: 'https://github.com/jaydenseric/graphql-multipart-request-spec',
  parseValue(value) {
    if (isIncoming(value)) return value
    throw refuse()
  },
  parseLiteral() {
    throw refuse()
  },
  serialize() {
    throw refuse()
  },
})
