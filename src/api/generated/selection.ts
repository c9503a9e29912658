// Looks ahead into a request: which columns and which parts of a connection it asks for.
import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getDirectiveValues,
  type SelectionNode,
} from 'graphql'
import type { Columns } from '../../pipeline/statement.ts'
import { addColumn, type Shape } from './shape.ts'

/** What a request wants of a connection; without rows nobody need read any. `aggregates` are the nodes of that name. */
export type ConnectionSelection = Readonly<{
  columns: Columns
  withRows: boolean
  withPositions: boolean
  aggregates: readonly FieldNode[]
}>

/** What looking ahead needs of a request. */
export type Request = Pick<GraphQLResolveInfo, 'fragments' | 'variableValues'>

/** The columns of one row that the selection below `nodes` asks for. */
export function selectColumns(request: Request, shape: Shape, nodes: readonly FieldNode[]): Columns {
  const columns = new Map<string, string>()
  addColumns(request, shape, nodes, columns)
  return columns
}

function addColumns(
  request: Request,
  shape: Shape,
  nodes: readonly FieldNode[],
  columns: Map<string, string>,
): void {
  for (const field of selectFields(request, nodes, shape.typeName))
    addColumn(shape, field.name.value, columns)
}

/** Which parts of a connection the selection below `nodes` asks for, and which columns of its rows. */
export function selectConnection(
  request: Request,
  shape: Shape,
  nodes: readonly FieldNode[],
): ConnectionSelection {
  const columns = new Map<string, string>()
  let withRows = false
  let withPositions = false
  const aggregates: FieldNode[] = []
  for (const field of selectFields(request, nodes)) {
    const name = field.name.value
    if (name === 'aggregate') aggregates.push(field)
    if (name === 'nodes') addColumns(request, shape, [field], columns)
    if (name === 'edges') {
      for (const part of selectFields(request, [field])) {
        if (part.name.value === 'node') addColumns(request, shape, [part], columns)
        if (part.name.value === 'cursor') withPositions = true
      }
    }
    if (name === 'pageInfo')
      withPositions ||= selectFields(request, [field]).some((part) => part.name.value.endsWith('Cursor'))
    withRows ||= name === 'nodes' || name === 'edges' || name === 'pageInfo'
  }
  return { columns, withRows, withPositions, aggregates }
}

/** All fields selected below the nodes, fragments followed, skipped ones left out; `typeName` chooses among fragments. */
export function selectFields(
  request: Request,
  nodes: readonly FieldNode[],
  typeName?: string,
): readonly FieldNode[] {
  const found: FieldNode[] = []
  const seen = new Set<string>()
  const visit = (selections: readonly SelectionNode[]): void => {
    for (const selection of selections) {
      if (!isIncluded(request, selection)) continue
      if (selection.kind === 'Field') found.push(selection)
      else if (selection.kind === 'InlineFragment') {
        if (isOfType(selection.typeCondition?.name.value, typeName)) visit(selection.selectionSet.selections)
      } else if (!seen.has(selection.name.value)) {
        seen.add(selection.name.value)
        const fragment: FragmentDefinitionNode | undefined = request.fragments[selection.name.value]
        if (fragment && isOfType(fragment.typeCondition.name.value, typeName))
          visit(fragment.selectionSet.selections)
      }
    }
  }
  for (const node of nodes) visit(node.selectionSet?.selections ?? [])
  return found
}

function isOfType(condition: string | undefined, typeName: string | undefined): boolean {
  return condition === undefined || typeName === undefined || condition === typeName || condition === 'Node'
}

function isIncluded(request: Request, selection: SelectionNode): boolean {
  if (selection.directives === undefined || selection.directives.length === 0) return true
  if (getDirectiveValues(GraphQLSkipDirective, selection, request.variableValues)?.if === true) return false
  return getDirectiveValues(GraphQLIncludeDirective, selection, request.variableValues)?.if !== false
}
