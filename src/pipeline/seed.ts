// Inserts a document's sample data as it is given: types, required fields and keys are checked, rules are not asked.
import { run, type Sql } from '../database/connect.ts'
import { quoteName, quoteText } from '../database/identifiers.ts'
import { failAll, type Problem } from '../errors.ts'
import type { SampleRows } from '../metadata/document.ts'
import type { Field } from '../metadata/field.ts'
import { entityOf, type Registry, type RegistryEntity } from '../metadata/registry.ts'
import type { JoinRelation } from '../metadata/relation.ts'
import { type FieldType, readValue } from '../metadata/value.ts'
import { describe, joinPath, suggest } from '../reader.ts'
import { recordSeeded } from './stages/file-uses.ts'
import { sqlType } from './statement.ts'

/** A table that rows can go into: its columns, and which of them a row must have. */
type Target = Readonly<{ table: string; columns: ReadonlyMap<string, Column>; identity?: string }>
type Column = Readonly<{ type: FieldType; field?: Field; isNeeded: boolean }>
/** Rows that give the same columns, one list of values per column. */
type Batch = Readonly<{ columns: readonly string[]; values: readonly (string | null)[][] }>

/** How many rows go over in one statement. */
const mostRows = 5_000

/** Inserts the rows, skipping those whose key or unique fields are taken; all problems are told at once and nothing is inserted. */
export async function seed(sql: Sql, registry: Registry, data: SampleRows): Promise<void> {
  const problems: Problem[] = []
  const targets = findTargets(registry)
  const work = Object.entries(data).map(([name, rows]) => ({ target: targets.get(name), name, rows }))
  const ready = work.map(({ target, name, rows }) => {
    if (target) return { target, batches: readRows(target, rows, joinPath('sample_data', name), problems) }
    problems.push({
      path: joinPath('sample_data', name),
      message: `names no entity and no join table${suggest(name, targets.keys())}`,
    })
    return undefined
  })
  if (problems.length > 0) throw failAll('VALIDATION_FAILED', problems)
  for (const each of ready) if (each) await insertBatches(sql, each.target, each.batches)
  for (const name of Object.keys(data)) {
    const entity = registry.entities.get(name)
    if (entity) await recordSeeded(sql, entity)
  }
}

function findTargets(registry: Registry): ReadonlyMap<string, Target> {
  const entities = [...registry.entities.values()].map(
    (entity) => [entity.name, entityTarget(entity)] as const,
  )
  const joins = registry.definitions.relations
    .filter((relation) => relation.type === 'many_to_many')
    .map((relation) => [relation.joinTable, joinTarget(registry, relation)] as const)
  return new Map([...entities, ...joins])
}

function entityTarget(entity: RegistryEntity): Target {
  const { key } = entity
  const columns = new Map(
    entity.fields.map((field) => [
      field.name,
      { type: field.type, field, isNeeded: isNeeded(entity, field) },
    ]),
  )
  const hasSequence = key.generated && key.type !== 'uuid'
  return { table: entity.table, columns, ...(hasSequence ? { identity: key.field } : {}) }
}

function isNeeded(entity: RegistryEntity, field: Field): boolean {
  return (
    !field.nullable &&
    field.default === undefined &&
    field.auto === undefined &&
    !(field.name === entity.key.field && entity.key.generated)
  )
}

function joinTarget(registry: Registry, relation: JoinRelation): Target {
  const column = (entity: string): Column => ({ type: entityOf(registry, entity).key.type, isNeeded: true })
  const columns = new Map([
    [relation.sourceJoinKey, column(relation.source)],
    [relation.targetJoinKey, column(relation.target)],
  ])
  return { table: relation.joinTable, columns }
}

function readRows(
  target: Target,
  rows: readonly Readonly<Record<string, unknown>>[],
  path: string,
  problems: Problem[],
): readonly Batch[] {
  const batches = new Map<string, Batch>()
  rows.forEach((row, index) => {
    const values = readRow(target, row, joinPath(path, index), problems)
    const columns = [...values.keys()]
    const shape = columns.join()
    const batch = batches.get(shape) ?? { columns, values: columns.map(() => []) }
    batches.set(shape, batch)
    for (const [at, list] of batch.values.entries()) list.push(values.get(columns[at] ?? '') ?? null)
  })
  return [...batches.values()]
}

function readRow(
  target: Target,
  row: Readonly<Record<string, unknown>>,
  path: string,
  problems: Problem[],
): Map<string, string | null> {
  const values = new Map<string, string | null>()
  for (const name of Object.keys(row))
    if (!target.columns.has(name))
      problems.push({
        path: joinPath(path, name),
        message: `is not known here${suggest(name, target.columns.keys())}`,
      })
  for (const [name, column] of target.columns) {
    const given = Object.hasOwn(row, name) ? row[name] : undefined
    const isAbsent = given === undefined || given === null
    if (isAbsent && column.isNeeded) problems.push({ path: joinPath(path, name), message: 'is required' })
    if (isAbsent) continue
    values.set(name, readText(column, given, joinPath(path, name), problems))
  }
  if (target.columns.size > 0 && values.size === 0) problems.push({ path, message: 'gives no value at all' })
  return values
}

/** A value as the text that PostgreSQL casts back. */
function readText({ type, field }: Column, given: unknown, path: string, problems: Problem[]): string | null {
  const shape = field && type !== 'file' ? field : { type: type === 'file' ? 'json' : type }
  const reading = readValue(shape as Field, given)
  if ('problem' in reading) {
    problems.push({ path, message: reading.problem })
    return null
  }
  if (field?.enum && !field.enum.includes(String(given)))
    problems.push({ path, message: `must be one of ${field.enum.join(', ')}; found ${describe(given)}` })
  return type === 'json' || type === 'file' ? JSON.stringify(reading.value) : String(reading.value)
}

async function insertBatches(sql: Sql, target: Target, batches: readonly Batch[]): Promise<void> {
  for (const { columns, values } of batches) {
    const text = writeInsert(target, columns)
    const count = values[0]?.length ?? 0
    for (let start = 0; start < count; start += mostRows)
      await run(sql, { text, values: values.map((list) => list.slice(start, start + mostRows)) })
  }
  if (target.identity !== undefined) await advance(sql, target.table, target.identity)
}

/** One insert of any number of rows: a list of values per column; what the system sets and no row gives is now. */
function writeInsert(target: Target, columns: readonly string[]): string {
  const typeOf = (name: string): string => sqlType(target.columns.get(name)?.type ?? 'text')
  const autos = [...target.columns]
    .filter(([name, { field }]) => field?.auto !== undefined && !columns.includes(name))
    .map(([name]) => name)
  const names = [...columns, ...autos].map(quoteName).join(', ')
  const values = [
    ...columns.map((name, index) => `u.c${index}::${typeOf(name)}`),
    ...autos.map((name) => `now()::${typeOf(name)}`),
  ].join(', ')
  const lists = columns.map((_, index) => `$${index + 1}::text[]`).join(', ')
  const aliases = columns.map((_, index) => `c${index}`).join(', ')
  return `insert into ${quoteName(target.table)} (${names}) select ${values} from unnest(${lists}) as u(${aliases}) on conflict do nothing`
}

/** Moves the sequence behind a generated key past the keys that were given. */
async function advance(sql: Sql, table: string, key: string): Promise<void> {
  const name = quoteName(key)
  const sequence = `pg_get_serial_sequence(${quoteText(quoteName(table))}, ${quoteText(key)})`
  const most = `select max(${name}) as most from ${quoteName(table)}`
  await run(sql, {
    text: `select setval(${sequence}, greatest(m.most, pg_sequence_last_value(${sequence}::regclass), 1)) from (${most}) m where m.most is not null`,
    values: [],
  })
}
