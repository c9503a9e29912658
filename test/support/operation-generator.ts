// Makes random operations that a schema allows, with filters, orders, groups and inputs of every kind, the same for a seed.
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'

/** Values to ask with. `ids` are by the names of types; one is taken from another type now and then. */
export type Pools = Readonly<{
  ids: Readonly<Record<string, readonly string[]>>
  texts: readonly string[]
  numbers: readonly number[]
}>

/** The operation of a seed: the same one for the same number. */
export type Generator = Readonly<{ query(seed: number): string; mutation(seed: number): string }>

const mostDepth = 4

type Asked = Readonly<{ name: string; args: readonly GraphQLArgument[] }>

/** A generator for the roots of a schema; fixed roots (accounts) are left out by `isAsked`. */
export function createOperationGenerator(
  schema: GraphQLSchema,
  pools: Pools,
  isAsked: (root: string) => boolean,
): Generator {
  let state = 0
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const pick = <T>(items: readonly T[]): T => items[random(items.length)] as T

  /** An id of the type that a field `dealId`, or an `id` beside or below something called Deal, speaks of. */
  const pickId = (owner: string, field: string): string => {
    const names = Object.keys(pools.ids)
    const own = field === 'id' || field === '' ? owner : field
    const fitting = names.filter((name) => own.toLowerCase().includes(name.toLowerCase()))
    const name = random(8) > 0 ? fitting.at(-1) : undefined
    return pick(pools.ids[name ?? pick(names)] ?? [])
  }
  const writeLeaf = (name: string, owner: string, field: string): string => {
    if (name === 'Int') return String(pick(pools.numbers))
    if (name === 'Float') return String(pick(pools.numbers))
    if (name === 'Decimal' || name === 'BigInt') return JSON.stringify(String(pick(pools.numbers)))
    if (name === 'Boolean') return owner.endsWith('GroupBy') ? 'true' : pick(['true', 'false'])
    if (name === 'ID') return JSON.stringify(pickId(owner, field))
    if (name === 'DateTime') return '"2026-01-31T12:00:00.000Z"'
    if (name === 'Date') return '"2026-01-31"'
    if (name === 'Time') return '"12:00:00"'
    if (name === 'JSON') return '{}'
    return JSON.stringify(pick(pools.texts))
  }
  /** `owner` and `field` are the names of the type and the field that the value is for. */
  const writeInput = (type: GraphQLInputType, depth: number, owner: string, field: string): string => {
    if (isNonNullType(type)) return writeInput(type.ofType, depth, owner, field)
    if (isListType(type))
      return `[${Array.from({ length: 1 + random(2) }, () => writeInput(type.ofType, depth, owner, field)).join(', ')}]`
    if (isEnumType(type)) return pick(type.getValues()).name
    if (isInputObjectType(type)) return writeObject(type, depth, field === 'id' ? owner : field)
    return writeLeaf(type.name, owner, field)
  }
  const writeObject = (type: ReturnType<typeof asInput>, depth: number, owner: string): string => {
    const fields = Object.values(type.getFields())
    const needed = fields.filter((field) => isNonNullType(field.type))
    const usable = depth < mostDepth ? fields : fields.filter((field) => isLeafType(getNamedType(field.type)))
    const some = usable.length === 0 ? [] : Array.from({ length: 1 + random(2) }, () => pick(usable))
    const chosen = type.isOneOf
      ? [pick(usable.length > 0 ? usable : fields)]
      : [...new Set([...needed, ...some])]
    const texts = chosen.map(
      (field: GraphQLInputField) =>
        `${field.name}: ${writeInput(field.type, depth + 1, isOperator(type.name) ? owner : type.name, isOperator(type.name) ? '' : field.name)}`,
    )
    return `{ ${texts.join(', ')} }`
  }
  const writeArguments = ({ name: owner, args }: Asked): string => {
    const given = args
      .filter((arg) => isNonNullType(arg.type) || random(3) > 0)
      .filter(({ name }) => !['last', 'before', 'after', 'offset', 'ifVersion', 'timeZone'].includes(name))
    const texts = given.map(
      (arg) =>
        `${arg.name}: ${arg.name === 'first' ? 1 + random(5) : arg.name === 'all' ? 'true' : writeInput(arg.type, 0, owner, arg.name)}`,
    )
    return texts.length === 0 ? '' : `(${texts.join(', ')})`
  }
  const writeField = (
    field: GraphQLField<unknown, unknown>,
    depth: number,
    index: number,
  ): string | undefined => {
    const type = getNamedType(field.type)
    const head = `f${index}: ${field.name}${writeArguments(field)}`
    if (isLeafType(type)) return head
    if (depth >= mostDepth || !isObjectType(type)) return undefined
    return `${head} ${writeSelection(type, depth + 1)}`
  }
  const writeSelection = (type: GraphQLObjectType, depth: number): string => {
    const fields = Object.values(type.getFields()).filter(({ name }) => !isAccidental(type.name, name))
    const chosen = [...new Set(Array.from({ length: 2 + random(4) }, () => pick(fields)))]
    const texts = chosen
      .map((field, index) => writeField(field, depth, index))
      .filter((text) => text !== undefined)
    return `{ __typename ${texts.join(' ')} }`
  }
  const write = (kind: string, type: GraphQLObjectType | null | undefined, seed: number): string => {
    state = seed
    const roots = Object.values(type?.getFields() ?? {}).filter(({ name }) => isAsked(name))
    return `${kind} { ${writeField(pick(roots), 0, 0) ?? '__typename'} }`
  }
  return {
    query: (seed) => write('query', schema.getQueryType(), seed),
    mutation: (seed) => write('mutation', schema.getMutationType(), seed),
  }
}

/** What differs between two runs of anything: times, ids of requests, and numbers that are counted over all writes. */
function isAccidental(type: string, field: string): boolean {
  const counted = { HistoryEntry: ['id'], HistoryEdge: ['cursor'], HistoryConnection: ['pageInfo'] }
  const own = counted[type as keyof typeof counted] ?? []
  return ['requestId', 'at', 'createdAt', 'updatedAt', 'deletedAt', ...own].includes(field)
}

/** Whether the input holds operators on one value, and so speaks of what stands above it. */
function isOperator(type: string): boolean {
  return type === 'IDFilter'
}

function asInput(type: GraphQLInputType) {
  if (!isInputObjectType(type)) throw new Error('not an input object')
  return type
}
