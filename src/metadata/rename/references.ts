// Walks through a written definition of any kind and writes the new name wherever the renamed thing is meant.
import { isObject } from '../../reader.ts'
import { type Book, renameInExpression } from './expression.ts'

/** What names mean in a definition, before the rename, and what they are from now on. */
export type Names = Book & Readonly<{ renewEntity(name: string): string | undefined }>

/** `about` is the entity whose record expressions speak of, `of` the one whose fields are named here. */
type Scope = Readonly<{ about: string; of: string; names: Names }>

const entityKeys = new Set(['entity', 'source', 'target'])
const fieldKeys = new Set(['field', 'relation'])
const expressionKeys = new Set(['expression', 'guard', 'condition', 'record_id', 'path'])

/** The definition under the new name; the entity that it is about is the one that it names, or that of its trigger. */
export function renameInDefinition(definition: unknown, names: Names): unknown {
  const about = entityOf(definition) ?? entityOf(isObject(definition) ? definition.trigger : undefined) ?? ''
  return walk(definition, { about, of: about, names })
}

function entityOf(value: unknown): string | undefined {
  return isObject(value) && typeof value.entity === 'string' ? value.entity : undefined
}

function walk(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((item) => walk(item, scope))
  if (!isObject(value)) return value
  const inner = { ...scope, of: entityOf(value) ?? scope.of }
  const entries = Object.entries(value).map(([key, item]) => [key, walkUnder(key, item, value, inner)])
  return Object.fromEntries(entries)
}

function walkUnder(key: string, item: unknown, owner: Record<string, unknown>, scope: Scope): unknown {
  const { names, about, of } = scope
  if (typeof item === 'string') {
    if (entityKeys.has(key)) return names.renewEntity(item) ?? item
    if (fieldKeys.has(key)) return names.renew(of, item) ?? item
    return expressionKeys.has(key) ? renameInExpression(item, about, names) : item
  }
  if (key === 'fields') return mapTexts(item, (name) => names.renew(of, name) ?? name)
  if (key === 'context') return mapValues(item, (text) => renameInExpression(text, about, names))
  if (key === 'filter') return walkKeys(item, names.follow(of, String(owner.relation))?.entity ?? '', scope)
  return key === 'values' ? walkKeys(item, of, scope) : walk(item, scope)
}

function mapTexts(list: unknown, map: (text: string) => string): unknown {
  if (!Array.isArray(list)) return list
  return list.map((item: unknown) => (typeof item === 'string' ? map(item) : item))
}

function mapValues(value: unknown, map: (text: string) => string): unknown {
  if (!isObject(value)) return value
  const entries = Object.entries(value)
  return Object.fromEntries(entries.map(([key, item]) => [key, typeof item === 'string' ? map(item) : item]))
}

/** An object whose keys are fields of an entity. */
function walkKeys(value: unknown, entity: string, scope: Scope): unknown {
  if (!isObject(value)) return value
  const entries = Object.entries(value)
  return Object.fromEntries(
    entries.map(([name, item]) => [scope.names.renew(entity, name) ?? name, walk(item, scope)]),
  )
}
