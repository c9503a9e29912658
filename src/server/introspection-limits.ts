// What a request may ask of the schema itself: enough for every tool, and nothing that grows with the square of the schema.
import type { DocumentNode, OperationDefinitionNode, SelectionSetNode } from 'graphql'
import { visit } from 'graphql'
import type { Limits } from '../config/limits.ts'
import { fail } from '../errors.ts'
import { type Fragments, listFields } from './selections.ts'

const doors: ReadonlySet<string> = new Set(['__schema', '__type'])
/** Lists that lead from one type to others: one in another multiplies the schema with itself. */
const lists: ReadonlySet<string> = new Set(['fields', 'inputFields', 'interfaces', 'possibleTypes'])

/** Whether a document asks for the schema itself. */
export function introspects(document: DocumentNode): boolean {
  let found = false
  visit(document, {
    Field({ name }) {
      found ||= doors.has(name.value)
    },
  })
  return found
}

/** Refuses an operation that asks for the schema too often, under other names, or for lists of types inside each other. */
export function checkIntrospection(
  { selectionSet }: OperationDefinitionNode,
  fragments: Fragments,
  { introspections }: Limits,
): void {
  const found = [...listFields(selectionSet, fragments)].filter(({ name }) => doors.has(name.value))
  if (found.length > introspections)
    throw refuse(`asks for the schema ${found.length} times; at most ${introspections} are allowed`)
  const walk: Walk = { fragments, seen: new Map() }
  for (const field of found) if (field.selectionSet) checkSet(field.selectionSet, undefined, walk)
}

/** Each set is looked at once inside of each list, so fragments that lead in circles come to an end. */
type Walk = Readonly<{ fragments: Fragments; seen: Map<SelectionSetNode, Set<string | undefined>> }>

function checkSet(set: SelectionSetNode, list: string | undefined, walk: Walk): void {
  const seen = walk.seen.get(set) ?? new Set()
  if (seen.has(list)) return
  walk.seen.set(set, seen.add(list))
  for (const { name, alias, selectionSet } of listFields(set, walk.fragments)) {
    if (alias && alias.value !== name.value)
      throw refuse(`gives ${name.value} another name inside an introspection, which has no aliases`)
    const isList = lists.has(name.value)
    if (isList && list !== undefined)
      throw refuse(
        `asks for ${name.value} inside of ${list}; an introspection has one list of types at a time`,
      )
    if (selectionSet) checkSet(selectionSet, isList ? name.value : list, walk)
  }
}

function refuse(message: string): Error {
  return fail('LIMIT_EXCEEDED', `The request ${message}`)
}
