// What a request may ask for, counted on its text before anything is validated or run; both routes call the same functions.
import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionSetNode,
  ValueNode,
} from 'graphql'
import { fail } from '../errors.ts'

export const mostTokens = 2_000
const mostDepth = 12
const mostIntrospectionDepth = 20
const mostAliases = 30
const mostFields = 10_000
const mostRecords = 50_000
const rootPage = 25
const nestedPage = 10
/** What mutations of many records write at most when the request does not say. */
const bulkPage = 100
const aggregateCost = 10

/** Parts of a connection: they lead to the same records and are no hop of their own. */
const connectionParts = new Set(['nodes', 'edges', 'node', 'pageInfo', 'aggregate'])

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>
type Size = Readonly<{ depth: number; introspectionDepth: number; fields: number }>
const nothing: Size = { depth: 0, introspectionDepth: 0, fields: 0 }

/** Refuses a document that is too deep, too wide or grows too large when its fragments are put in; LIMIT_EXCEEDED. */
export function checkDocument(document: DocumentNode): void {
  const fragments: Fragments = new Map(
    document.definitions
      .filter((each) => each.kind === 'FragmentDefinition')
      .map((each) => [each.name.value, each]),
  )
  const sizes = new Map<string, Size | 'open'>()
  for (const definition of document.definitions) {
    if (definition.kind !== 'OperationDefinition' && definition.kind !== 'FragmentDefinition') continue
    checkAliases(definition.selectionSet)
    checkSize(measure(definition.selectionSet, fragments, sizes))
    if (definition.kind === 'OperationDefinition') checkEntries(definition, fragments)
  }
}

function checkSize({ depth, introspectionDepth, fields }: Size): void {
  if (depth > mostDepth) throw tooMuch(`goes ${depth} relations deep; at most ${mostDepth} are allowed`)
  if (introspectionDepth > mostIntrospectionDepth)
    throw tooMuch(
      `introspects ${introspectionDepth} levels deep; at most ${mostIntrospectionDepth} are allowed`,
    )
  if (fields > mostFields)
    throw tooMuch(
      `asks for ${fields} fields once its fragments are put in; at most ${mostFields} are allowed`,
    )
}

function tooMuch(message: string): Error {
  return fail('LIMIT_EXCEEDED', `The request ${message}`)
}

/** Each fragment is measured once, however often it is used; one that uses itself is left to validation. */
function measure(set: SelectionSetNode, fragments: Fragments, sizes: Map<string, Size | 'open'>): Size {
  let [depth, introspectionDepth, fields] = [0, 0, 0]
  for (const selection of set.selections) {
    const size =
      selection.kind === 'Field'
        ? measureField(selection, fragments, sizes)
        : selection.kind === 'InlineFragment'
          ? measure(selection.selectionSet, fragments, sizes)
          : measureFragment(selection.name.value, fragments, sizes)
    depth = Math.max(depth, size.depth)
    introspectionDepth = Math.max(introspectionDepth, size.introspectionDepth)
    fields += size.fields
  }
  return { depth, introspectionDepth, fields }
}

function measureField(field: FieldNode, fragments: Fragments, sizes: Map<string, Size | 'open'>): Size {
  const inner = field.selectionSet ? measure(field.selectionSet, fragments, sizes) : nothing
  const fields = inner.fields + 1
  const hop = field.selectionSet && !connectionParts.has(field.name.value) ? 1 : 0
  if (field.name.value.startsWith('__'))
    return { depth: 0, introspectionDepth: inner.depth + inner.introspectionDepth + hop, fields }
  return { depth: inner.depth + hop, introspectionDepth: inner.introspectionDepth, fields }
}

function measureFragment(name: string, fragments: Fragments, sizes: Map<string, Size | 'open'>): Size {
  const known = sizes.get(name)
  if (known !== undefined) return known === 'open' ? nothing : known
  const fragment = fragments.get(name)
  if (fragment === undefined) return nothing
  sizes.set(name, 'open')
  const size = measure(fragment.selectionSet, fragments, sizes)
  sizes.set(name, size)
  return size
}

/** The same field may stand in one selection under 30 names at most. */
function checkAliases(set: SelectionSetNode, counts = new Map<string, number>()): void {
  for (const selection of set.selections) {
    if (selection.kind === 'Field') {
      const count = (counts.get(selection.name.value) ?? 0) + 1
      counts.set(selection.name.value, count)
      if (count > mostAliases)
        throw tooMuch(`selects ${selection.name.value} more than ${mostAliases} times in one place`)
    }
    if (selection.kind === 'InlineFragment') checkAliases(selection.selectionSet, counts)
    else if (selection.kind === 'Field' && selection.selectionSet) checkAliases(selection.selectionSet)
  }
}

/** The mutations that try a password or a token, or change what these open. */
const entries = new Set([
  'login',
  'refreshSession',
  'logout',
  'changePassword',
  'resetPassword',
  'acceptInvite',
])

/** Guessing must not be cheaper by the dozen, whatever the names and fragments it comes in. */
function checkEntries(operation: OperationDefinitionNode, fragments: Fragments): void {
  if (operation.operation !== 'mutation') return
  const found = [...flatten(operation.selectionSet, fragments)].map((field) => field.name.value)
  const count = found.filter((name) => entries.has(name)).length
  if (count > 1)
    throw tooMuch(`has ${count} of the mutations ${[...entries].join(', ')}; one of them is allowed`)
}

type Cost = Readonly<{ fragments: Fragments; variables: Readonly<Record<string, unknown>> }>

/** Refuses an operation that could return more records than allowed, by its page sizes; LIMIT_EXCEEDED. */
export function checkCost(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): void {
  const fragments: Fragments = new Map(
    document.definitions
      .filter((each) => each.kind === 'FragmentDefinition')
      .map((each) => [each.name.value, each]),
  )
  const usual = operation.operation === 'mutation' ? bulkPage : rootPage
  const cost = countRecords(operation.selectionSet, 1, usual, { fragments, variables })
  if (cost > mostRecords)
    throw tooMuch(
      `could return ${cost > 1e9 ? 'more than 1000000000' : cost} records; at most ${mostRecords} are allowed, so ask for smaller pages`,
    )
}

/** Records below a selection that is answered for so many parents. */
function countRecords(set: SelectionSetNode, parents: number, usual: number, cost: Cost): number {
  let total = 0
  for (const field of flatten(set, cost.fragments)) {
    if (total > mostRecords * 10) return total
    const name = field.name.value
    if (name === 'totalCount' || name === 'aggregate') total += parents * aggregateCost
    else if (field.selectionSet && !name.startsWith('__'))
      total += countField(field, field.selectionSet, parents, usual, cost)
  }
  return total
}

function countField(
  field: FieldNode,
  set: SelectionSetNode,
  parents: number,
  usual: number,
  cost: Cost,
): number {
  if (connectionParts.has(field.name.value)) return countRecords(set, parents, nestedPage, cost)
  const isList = [...flatten(set, cost.fragments)].some(
    (part) => part.name.value === 'nodes' || part.name.value === 'edges',
  )
  const records = isList ? parents * readSize(field, usual, cost) : parents
  return records + countRecords(set, records, nestedPage, cost)
}

function* flatten(
  set: SelectionSetNode,
  fragments: Fragments,
  seen: readonly string[] = [],
): Generator<FieldNode> {
  for (const selection of set.selections) {
    if (selection.kind === 'Field') yield selection
    else if (selection.kind === 'InlineFragment') yield* flatten(selection.selectionSet, fragments, seen)
    else if (!seen.includes(selection.name.value)) {
      const fragment = fragments.get(selection.name.value)
      if (fragment) yield* flatten(fragment.selectionSet, fragments, [...seen, selection.name.value])
    }
  }
}

/** Arguments that say how many rows come back: `inputs` by its length, the others by their value. */
const sizes = new Set(['first', 'last', 'atMost', 'inputs'])

function readSize(field: FieldNode, usual: number, cost: Cost): number {
  for (const argument of field.arguments ?? []) {
    if (!sizes.has(argument.name.value)) continue
    const size =
      argument.name.value === 'inputs' ? countItems(argument.value, cost) : readNumber(argument.value, cost)
    if (size !== undefined) return Math.max(0, size)
  }
  return usual
}

/** GraphQL takes one item for a list of one. */
function countItems(value: ValueNode, { variables }: Cost): number {
  if (value.kind === 'ListValue') return value.values.length
  const found = value.kind === 'Variable' ? variables[value.name.value] : undefined
  return Array.isArray(found) ? found.length : 1
}

function readNumber(value: ValueNode, { variables }: Cost): number | undefined {
  const found =
    value.kind === 'Variable'
      ? variables[value.name.value]
      : value.kind === 'IntValue'
        ? Number(value.value)
        : undefined
  return typeof found === 'number' ? found : undefined
}
