// How many records an operation could return, by its page sizes, those in variables and the usual ones included.
import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
  visit,
} from 'graphql'
import type { Limits } from '../config/limits.ts'
import { connectionParts, tooMuch } from './document-limits.ts'
import { type Fragments, findFragments, listFields } from './selections.ts'

type Variables = Readonly<Record<string, unknown>>
type Cost = Readonly<{ fragments: Fragments; variables: Variables; limits: Limits }>

/** What a count or a figure over all rows costs, in records. */
const aggregateCost = 10
const figures: ReadonlySet<string> = new Set(['totalCount', 'aggregate'])

/** Refuses an operation that could return more records than allowed; LIMIT_EXCEEDED. Variables are coerced already. */
export function checkCost(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
  limits: Limits,
): void {
  const usual = operation.operation === 'mutation' ? limits.usualBulk : limits.page
  const cost = countRecords(operation.selectionSet, 1, usual, {
    fragments: findFragments(document),
    variables,
    limits,
  })
  if (cost > limits.records)
    throw tooMuch(
      `could return ${cost > 1e9 ? 'more than 1000000000' : cost} records; at most ${limits.records} are allowed, so ask for smaller pages`,
    )
}

/** Whether what a document costs is the same whatever its variables are. */
export function isCostFixed(document: DocumentNode): boolean {
  let isFixed = true
  const checkArgument = ({ name, value }: ArgumentNode): void => {
    if (sizes.has(name.value) && value.kind === 'Variable') isFixed = false
  }
  visit(document, { Argument: checkArgument })
  return isFixed
}

/** Records below a selection that is answered for so many parents. */
function countRecords(set: SelectionSetNode, parents: number, usual: number, cost: Cost): number {
  let total = 0
  for (const field of listFields(set, cost.fragments)) {
    if (total > cost.limits.records * 10) return total
    const name = field.name.value
    if (figures.has(name)) total += parents * aggregateCost
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
  const { nestedPage } = cost.limits
  if (connectionParts.has(field.name.value)) return countRecords(set, parents, nestedPage, cost)
  const isList = [...listFields(set, cost.fragments)].some(
    (part) => part.name.value === 'nodes' || part.name.value === 'edges',
  )
  if (!isList) return parents + countRecords(set, parents, nestedPage, cost)
  const records = parents * readSize(field, usual, cost)
  return records + countParts(set, parents, records, cost)
}

/** What stands beside the rows is told once for each parent, whatever the size of its page. */
function countParts(set: SelectionSetNode, parents: number, records: number, cost: Cost): number {
  let total = 0
  for (const { name, selectionSet } of listFields(set, cost.fragments)) {
    if (figures.has(name.value)) total += parents * aggregateCost
    else if (selectionSet) total += countRecords(selectionSet, records, cost.limits.nestedPage, cost)
  }
  return total
}

/** Arguments that say how many rows come back: `inputs` by its length, the others by their value. */
const sizes: ReadonlySet<string> = new Set(['first', 'last', 'atMost', 'inputs'])

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
