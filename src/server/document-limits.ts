// What the text of a request may ask for, counted before anything is validated or run; both routes call the same function.
import type { DocumentNode, FieldNode, OperationDefinitionNode, SelectionSetNode } from 'graphql'
import type { Limits } from '../config/limits.ts'
import { type AppError, fail } from '../errors.ts'
import { checkIntrospection } from './introspection-limits.ts'
import { type Fragments, findFragments, listFields } from './selections.ts'

/** Parts of a connection: they lead to the same records and are no hop of their own. */
export const connectionParts: ReadonlySet<string> = new Set([
  'nodes',
  'edges',
  'node',
  'pageInfo',
  'aggregate',
])

type Size = Readonly<{ depth: number; introspectionDepth: number; fields: number }>
type Sizes = Map<string, Size | 'open'>
const nothing: Size = { depth: 0, introspectionDepth: 0, fields: 0 }

/** Refuses a document that is too deep, too wide or grows too large when its fragments are put in; LIMIT_EXCEEDED. */
export function checkDocument(document: DocumentNode, limits: Limits): void {
  const fragments = findFragments(document)
  const sizes: Sizes = new Map()
  for (const definition of document.definitions) {
    if (definition.kind !== 'OperationDefinition' && definition.kind !== 'FragmentDefinition') continue
    checkSize(measure(definition.selectionSet, fragments, sizes), limits)
    checkAliases(definition.selectionSet, fragments, limits)
    if (definition.kind !== 'OperationDefinition') continue
    checkCredentials(definition, fragments, limits)
    checkIntrospection(definition, fragments, limits)
  }
}

function checkSize({ depth, introspectionDepth, fields }: Size, limits: Limits): void {
  if (depth > limits.depth) throw tooMuch(`goes ${depth} relations deep; at most ${limits.depth} are allowed`)
  if (introspectionDepth > limits.introspectionDepth)
    throw tooMuch(
      `introspects ${introspectionDepth} levels deep; at most ${limits.introspectionDepth} are allowed`,
    )
  if (fields > limits.fields)
    throw tooMuch(
      `asks for ${fields} fields once its fragments are put in; at most ${limits.fields} are allowed`,
    )
}

/** The error for a request that goes over a limit; the message goes on after `The request`. */
export function tooMuch(message: string): AppError {
  return fail('LIMIT_EXCEEDED', `The request ${message}`)
}

/** Each fragment is measured once, however often it is used; one that uses itself is left to validation. */
function measure(set: SelectionSetNode, fragments: Fragments, sizes: Sizes): Size {
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

function measureField(field: FieldNode, fragments: Fragments, sizes: Sizes): Size {
  const inner = field.selectionSet ? measure(field.selectionSet, fragments, sizes) : nothing
  const fields = inner.fields + 1
  const hop = field.selectionSet && !connectionParts.has(field.name.value) ? 1 : 0
  if (field.name.value.startsWith('__'))
    return { depth: 0, introspectionDepth: inner.depth + inner.introspectionDepth + hop, fields }
  return { depth: inner.depth + hop, introspectionDepth: inner.introspectionDepth, fields }
}

function measureFragment(name: string, fragments: Fragments, sizes: Sizes): Size {
  const known = sizes.get(name)
  if (known !== undefined) return known === 'open' ? nothing : known
  const fragment = fragments.get(name)
  if (fragment === undefined) return nothing
  sizes.set(name, 'open')
  const size = measure(fragment.selectionSet, fragments, sizes)
  sizes.set(name, size)
  return size
}

/** The same field may stand in one place a number of times only, whatever its names and fragments. */
function checkAliases(set: SelectionSetNode, fragments: Fragments, limits: Limits): void {
  const counts = new Map<string, number>()
  for (const field of listFields(set, fragments)) {
    const name = field.name.value
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    if (count > limits.aliases)
      throw tooMuch(`selects ${name} more than ${limits.aliases} times in one place`)
  }
  for (const inner of listInner(set)) checkAliases(inner, fragments, limits)
}

/** The sets below the fields that stand here as they are; those of fragments are looked at with their fragment. */
function* listInner(set: SelectionSetNode): Generator<SelectionSetNode> {
  for (const selection of set.selections) {
    if (selection.kind === 'Field' && selection.selectionSet) yield selection.selectionSet
    else if (selection.kind === 'InlineFragment') yield* listInner(selection.selectionSet)
  }
}

/** The mutations that try a password or a token, or change what these open. */
const entries: ReadonlySet<string> = new Set([
  'login',
  'refreshSession',
  'logout',
  'changePassword',
  'resetPassword',
  'acceptInvite',
])

/** Guessing must not be cheaper by the dozen, whatever the names and fragments it comes in. */
function checkCredentials(
  { operation, selectionSet }: OperationDefinitionNode,
  fragments: Fragments,
  { credentials }: Limits,
): void {
  if (operation !== 'mutation') return
  const found = [...listFields(selectionSet, fragments)].filter((field) => entries.has(field.name.value))
  if (found.length <= credentials) return
  const allowed = credentials === 1 ? 'one of them is allowed' : `${credentials} of them are allowed`
  throw tooMuch(`has ${found.length} of the mutations ${[...entries].join(', ')}; ${allowed}`)
}
