// The rows that hold definitions: how they are read, and how those that changed are written.
import { type Row, run, type Sql } from '../database/connect.ts'
import type { Problem } from '../errors.ts'
import { type Entity, readEntity, writeEntity } from './entity.ts'
import type { Definitions, NamedRelation, Quarantined } from './registry.ts'
import { readRelation, writeRelation } from './relation.ts'

/** What the tables hold at one revision; rows that do not read are set apart. */
export type Stored = Readonly<{
  revision: number
  definitions: Definitions
  quarantined: readonly Quarantined[]
}>

type StoredRow = Row & {
  revision: number
  entities: readonly StoredEntity[]
  relations: readonly StoredRelation[]
}
type StoredEntity = Readonly<{ name: string; definition: unknown }>
type StoredRelation = Readonly<{
  source: string
  name: string
  source_side: string
  target_side: string
  definition: unknown
}>

const readText = `
  select m.revision,
    coalesce((select json_agg(json_build_object('name', e.name, 'definition', e.definition) order by e.position) from _entities e), '[]') as entities,
    coalesce((select json_agg(json_build_object('source', r.source, 'name', r.name, 'source_side', r.source_side,
      'target_side', r.target_side, 'definition', r.definition) order by r.position) from _relations r), '[]') as relations
  from _metadata m`

/** Reads everything in one statement, so that it belongs to one revision. */
export async function readStored(sql: Sql): Promise<Stored> {
  const [row] = await run<StoredRow>(sql, { text: readText, values: [] })
  if (row === undefined) throw new Error('The table _metadata has no row; it was emptied by hand')
  const quarantined: Quarantined[] = []
  const entities = row.entities
    .map((each) => readStoredEntity(each, quarantined))
    .filter((each) => each !== undefined)
  const relations = row.relations
    .map((each) => readStoredRelation(each, quarantined))
    .filter((each) => each !== undefined)
  return { revision: row.revision, definitions: { entities, relations }, quarantined }
}

function readStoredEntity(
  { name, definition }: StoredEntity,
  quarantined: Quarantined[],
): Entity | undefined {
  const problems: Problem[] = []
  const entity = readEntity(definition, '', problems)
  if (entity && entity.name !== name)
    problems.push({ path: 'name', message: `must be ${name}, as the row is named` })
  if (problems.length === 0) return entity
  quarantined.push({ kind: 'entity', name, messages: problems.map(tell) })
  return undefined
}

function readStoredRelation(row: StoredRelation, quarantined: Quarantined[]): NamedRelation | undefined {
  const problems: Problem[] = []
  const relation = readRelation(row.definition, '', problems)
  if (relation && (relation.name !== row.name || relation.source !== row.source))
    problems.push({ path: 'name', message: `must be ${row.source}.${row.name}, as the row is named` })
  if (problems.length === 0 && relation)
    return { ...relation, sides: { source: row.source_side, target: row.target_side } }
  quarantined.push({ kind: 'relation', name: `${row.source}.${row.name}`, messages: problems.map(tell) })
  return undefined
}

function tell({ path, message }: Problem): string {
  return path === '' ? message : `${path} ${message}`
}

/** Writes the rows that differ and removes those that are gone; tells whether there were any. */
export async function writeStored(sql: Sql, before: Definitions, after: Definitions): Promise<boolean> {
  const entities = diff(before.entities, after.entities, (each) => each.name, entityRow)
  const relations = diff(
    before.relations,
    after.relations,
    (each) => `${each.source}.${each.name}`,
    relationRow,
  )
  if (relations.gone.length > 0)
    await run(sql, {
      text: "delete from _relations where source || '.' || name = any($1::text[])",
      values: [relations.gone],
    })
  if (entities.gone.length > 0)
    await run(sql, { text: 'delete from _entities where name = any($1::text[])', values: [entities.gone] })
  if (entities.changed.length > 0)
    await run(sql, { text: writeEntities, values: [JSON.stringify(entities.changed)] })
  if (relations.changed.length > 0)
    await run(sql, { text: writeRelations, values: [JSON.stringify(relations.changed)] })
  return [entities, relations].some(({ changed, gone }) => changed.length + gone.length > 0)
}

/** A row that was quarantined is repaired by writing over it. */
const writeEntities = `
  insert into _entities (name, definition)
  select e.value ->> 'name', (e.value -> 'definition')::jsonb from json_array_elements($1::text::json) with ordinality e(value, place) order by e.place
  on conflict (name) do update set definition = excluded.definition, changed_at = now()`
const writeRelations = `
  insert into _relations (source, name, source_side, target_side, definition)
  select r.value ->> 'source', r.value ->> 'name', r.value ->> 'source_side', r.value ->> 'target_side', (r.value -> 'definition')::jsonb
  from json_array_elements($1::text::json) with ordinality r(value, place) order by r.place
  on conflict (source, name) do update set definition = excluded.definition, source_side = excluded.source_side,
    target_side = excluded.target_side, changed_at = now()`

function entityRow(entity: Entity): object {
  return { name: entity.name, definition: writeEntity(entity) }
}

function relationRow(relation: NamedRelation): object {
  const { source, name, sides } = relation
  return {
    source,
    name,
    source_side: sides.source,
    target_side: sides.target,
    definition: writeRelation(relation),
  }
}

type Diff = Readonly<{ changed: readonly object[]; gone: readonly string[] }>

function diff<T>(
  before: readonly T[],
  after: readonly T[],
  nameOf: (item: T) => string,
  toRow: (item: T) => object,
): Diff {
  const old = new Map(before.map((item) => [nameOf(item), JSON.stringify(toRow(item))]))
  const names = new Set(after.map(nameOf))
  return {
    changed: after.filter((item) => old.get(nameOf(item)) !== JSON.stringify(toRow(item))).map(toRow),
    gone: [...old.keys()].filter((name) => !names.has(name)),
  }
}
