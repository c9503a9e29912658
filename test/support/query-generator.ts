// Makes random but valid queries for a schema, the same ones for the same seed.
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isNonNullType,
  isObjectType,
} from 'graphql'

const mostDepth = 5

/** A function that gives another query at every call. */
export function createQueryGenerator(schema: GraphQLSchema, seed: number): () => string {
  let state = seed
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const pick = <T>(items: readonly T[]): T | undefined => items[random(items.length)]

  const writeArguments = (args: readonly GraphQLArgument[]): string | undefined => {
    const given: string[] = []
    for (const arg of args) {
      const text = writeArgument(arg.name)
      if (isNonNullType(arg.type) && text === undefined) return undefined
      if (text !== undefined && (isNonNullType(arg.type) || random(3) === 0))
        given.push(`${arg.name}: ${text}`)
    }
    const hasBoth =
      given.some((each) => each.startsWith('first')) && given.some((each) => each.startsWith('last'))
    return hasBoth || given.length === 0 ? '' : `(${given.join(', ')})`
  }
  const writeArgument = (name: string): string | undefined => {
    if (name === 'id')
      return pick([
        '"1"',
        '"BOLT-8"',
        '"33333333-3333-4333-8333-333333333333"',
        '"11111111-1111-4111-8111-111111111111"',
      ])
    if (name === 'first' || name === 'last') return String(random(4))
    if (name === 'where') return pick(['{}', '{ or: [] }', '{ not: { and: [] } }', 'null'])
    if (name === 'orderBy') return pick(['[{ id: DESC }]', '[{ id: ASC }]', '[]'])
    return name === 'nodeId' ? pick(['"VGFnOjE"', '"UHJvZHVjdDpCT0xULTg"', '"x"']) : undefined
  }
  const writeField = (
    field: GraphQLField<unknown, unknown>,
    depth: number,
    index: number,
  ): string | undefined => {
    const args = writeArguments(field.args)
    if (args === undefined) return undefined
    const alias = random(4) === 0 ? `a${index}: ` : ''
    const skip = random(8) === 0 ? ` @${pick(['skip', 'include'])}(if: ${pick(['true', 'false'])})` : ''
    const type = getNamedType(field.type)
    if (isLeafType(type)) return `${alias}${field.name}${args}${skip}`
    if (isInterfaceType(type))
      return `${alias}${field.name}${args}${skip} { __typename nodeId ... on Tag { label } ... on Product { title } }`
    if (!isObjectType(type) || depth >= mostDepth) return undefined
    return `${alias}${field.name}${args}${skip} ${writeSelection(type, depth + 1)}`
  }
  const writeSelection = (type: GraphQLObjectType, depth: number): string => {
    const all = Object.values(type.getFields())
    const parts: string[] = ['__typename']
    for (let index = 0; index < 1 + random(5); index++) {
      const field = pick(all)
      const text =
        field && !parts.some((part) => part.includes(field.name))
          ? writeField(field, depth, index)
          : undefined
      if (text !== undefined) parts.push(random(6) === 0 ? `... on ${type.name} { ${text} }` : text)
    }
    return `{ ${parts.join(' ')} }`
  }
  return () => {
    const query = schema.getQueryType()
    return query ? writeSelection(query, 0) : '{ __typename }'
  }
}
