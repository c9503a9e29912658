// Gives an entity, a field or a relation another name in all definitions, so that everything that spoke of it still does.
import { findNameProblem } from '../../database/identifiers.ts'
import { fail, failAll, type Problem } from '../../errors.ts'
import { describe, isObject, suggest } from '../../reader.ts'
import { type Kind, kinds, mapDefinitions, nameProblem } from '../definition-kinds.ts'
import type { Entity } from '../entity.ts'
import type { Definitions } from '../registry.ts'
import type { NamedRelation } from '../relation-end.ts'
import { type Names, renameInDefinition } from './references.ts'
import { type Rename, renameRow } from './rename.ts'

/** The definitions under the new name; what does not fit afterwards is found when they are checked. */
export function applyRename(definitions: Definitions, rename: Rename): Definitions {
  checkRename(definitions, rename)
  const names = buildNames(definitions, rename)
  const renamed = mapDefinitions((list) => {
    const { key } = kinds[list]
    const change = (written: unknown): unknown =>
      list === 'entities' ? renameInEntity(written, definitions, rename) : renameInDefinition(written, names)
    return renameItems(kinds[list], definitions[list], (row) => ({
      ...renameRow(list, key, renameEntityColumn(row, rename), rename),
      definition: change(row.definition),
    }))
  })
  return { ...renamed, relations: definitions.relations.map((each) => renameRelation(each, rename)) }
}

type Row = Readonly<Record<string, unknown>>

/** Goes by the written form, which a kind reads and checks itself. */
function renameItems<Read, Stored>(
  kind: Kind<Read, Stored>,
  items: readonly Stored[],
  change: (row: Row) => Row,
): readonly Stored[] {
  const problems: Problem[] = []
  const renamed = items.flatMap((item) => {
    const row = change(kind.write(item))
    const path = nameProblem({ kind: kind.kind, name: kind.nameOf(item), path: '' })
    const read = kind.read(row.definition, path, problems)
    return read === undefined ? [] : [kind.complete(read, row)]
  })
  if (problems.length > 0) throw failAll('VALIDATION_FAILED', problems)
  return renamed
}

/** Rows of every kind name their entity in a column of that name. */
function renameEntityColumn(row: Row, rename: Rename): Row {
  return rename.kind === 'entity' && row.entity === rename.from ? { ...row, entity: rename.to } : row
}

function checkRename(definitions: Definitions, rename: Rename): void {
  const { from, to } = rename
  const [what, taken] = listSiblings(definitions, rename)
  if (!taken.includes(from))
    throw fail('NOT_FOUND', `No ${what} ${describe(from)} is defined${suggest(from, taken)}`)
  const problem = findNameProblem(to) ?? (taken.includes(to) ? `is taken: ${describe(to)}` : undefined)
  if (problem) throw failAll('VALIDATION_FAILED', [{ path: 'to', message: problem }])
}

/** What a name must be told apart from, and what all of those are called. */
function listSiblings(definitions: Definitions, rename: Rename): readonly [string, readonly string[]] {
  if (rename.kind === 'entity') return ['entity', definitions.entities.map(({ name }) => name)]
  if (rename.kind === 'field') {
    const entity = findEntity(definitions, rename.entity)
    return [`field of ${entity.name}`, entity.fields.map(({ name }) => name)]
  }
  const { name } = findEntity(definitions, rename.source)
  const relations = definitions.relations.filter(({ source }) => source === name)
  return [`relation of ${name}`, relations.map((relation) => relation.name)]
}

function findEntity({ entities }: Definitions, name: string): Entity {
  const entity = entities.find((each) => each.name === name)
  if (entity !== undefined) return entity
  const names = entities.map((each) => each.name)
  throw fail('NOT_FOUND', `No entity ${describe(name)} is defined${suggest(name, names)}`)
}

/** What names mean before the rename, and what they are from then on. */
export function buildNames({ entities, relations }: Definitions, rename: Rename): Names {
  const members = new Map<string, Readonly<{ entity: string; isList: boolean }>>()
  for (const { type, source, target, sides } of relations) {
    const isJoin = type === 'many_to_many'
    members.set(`${source}.${sides.source}`, { entity: target, isList: isJoin || type === 'one_to_many' })
    members.set(`${target}.${sides.target}`, { entity: source, isList: isJoin })
  }
  const fields = new Set(
    entities.flatMap(({ name, fields: own }) => own.map((field) => `${name}.${field.name}`)),
  )
  const renewed = rename.kind === 'entity' ? undefined : findRenewed(relations, rename)
  return {
    has: (entity, name) => fields.has(`${entity}.${name}`) || members.has(`${entity}.${name}`),
    follow: (entity, side) => members.get(`${entity}.${side}`),
    renew: (entity, name) => (`${entity}.${name}` === renewed ? rename.to : undefined),
    renewEntity: (name) => (rename.kind === 'entity' && name === rename.from ? rename.to : undefined),
  }
}

/** Expressions name a relation by what it is called on its source, which can be another name than its own. */
function findRenewed(
  relations: readonly NamedRelation[],
  rename: Exclude<Rename, { kind: 'entity' }>,
): string | undefined {
  if (rename.kind === 'field') return `${rename.entity}.${rename.from}`
  const relation = relations.find(({ source, name }) => source === rename.source && name === rename.from)
  return relation?.sides.source === rename.from ? `${rename.source}.${rename.from}` : undefined
}

function renameRelation(relation: NamedRelation, rename: Rename): NamedRelation {
  const { source, target, name, sides } = relation
  if (rename.kind === 'entity') {
    const renew = (entity: string): string => (entity === rename.from ? rename.to : entity)
    return { ...relation, source: renew(source), target: renew(target) }
  }
  if (rename.kind === 'field') return renameKey(relation, rename)
  if (source !== rename.source || name !== rename.from) return relation
  const side = sides.source === rename.from ? rename.to : sides.source
  return { ...relation, name: rename.to, sides: { ...sides, source: side } }
}

function renameKey(relation: NamedRelation, { entity, from, to }: Rename & { kind: 'field' }): NamedRelation {
  const isSourceKey = relation.source === entity && relation.sourceKey === from
  const renamed = isSourceKey ? { ...relation, sourceKey: to } : relation
  const isTargetKey =
    renamed.type !== 'many_to_many' && renamed.target === entity && renamed.targetKey === from
  return isTargetKey ? { ...renamed, targetKey: to } : renamed
}

/** A table or plural that followed from the name follows from the new one; a stated one stays. */
function renameInEntity(written: unknown, definitions: Definitions, rename: Rename): unknown {
  if (!isObject(written)) return written
  if (rename.kind === 'entity')
    return written.name === rename.from ? { ...written, name: rename.to } : written
  if (rename.kind === 'relation' || written.name !== rename.entity) return written
  const { key } = findEntity(definitions, rename.entity)
  const renew = (name: unknown): unknown => (name === rename.from ? rename.to : name)
  const renewLists = (lists: unknown): unknown =>
    Array.isArray(lists)
      ? lists.map((list: unknown) => (Array.isArray(list) ? list.map(renew) : list))
      : lists
  const entries = Object.entries(written).map(([name, value]): readonly [string, unknown] => {
    if (name === 'unique_together' || name === 'indexes') return [name, renewLists(value)]
    if (name === 'fields' && Array.isArray(value))
      return [name, value.map((field: Row) => ({ ...field, name: renew(field.name) }))]
    const isSlug = name === 'slug' && isObject(value)
    return [name, isSlug ? { ...value, field: renew(value.field), source: renew(value.source) } : value]
  })
  const isKey = key.field === rename.from
  return { ...Object.fromEntries(entries), ...(isKey ? { primary_key: { ...key, field: rename.to } } : {}) }
}
