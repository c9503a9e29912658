// Stores the rows of a plan, parents first: one statement for all rows of a kind, with the news of them.
import { type Row, run } from '../../database/connect.ts'
import { quoteName } from '../../database/identifiers.ts'
import type { Field } from '../../metadata/field.ts'
import type { RegistryEntity } from '../../metadata/registry.ts'
import type { Value } from '../../metadata/value.ts'
import { bind, column, sqlType, statement, type Values } from '../statement.ts'
import type { Act } from './act.ts'
import { writeRecord, writeWithNews } from './announce.ts'
import { takeParentKey } from './draft.ts'
import { tellRefusal } from './refusal.ts'
import { findChanged, writeText } from './values.ts'
import { groupBy, listLevels, type Write } from './writes.ts'

/** Rows that are stored in the same way: the same entity, fields and actor. */
type Batch = Readonly<{
  act: Act
  entity: RegistryEntity
  fields: readonly Field[]
  writes: readonly Write[]
}>

/** Stores new rows and changed ones; a record in which nothing changed keeps its version, and nobody hears of it. */
export async function storeRows(act: Act, roots: readonly Write[]): Promise<void> {
  for (const level of listLevels(roots)) {
    for (const write of level) takeParentKey(write)
    for (const batch of makeBatches(act, level.filter(isChanged), listChanged))
      await storeBatch(batch, updateRows)
    for (const batch of makeBatches(act, level.filter(isNew), listNew)) await storeBatch(batch, insertRows)
  }
}

/** Makes dead rows live again; from here on they count as they are now. */
export async function reviveRows(act: Act, writes: readonly Write[]): Promise<void> {
  for (const batch of makeBatches(act, writes, () => [])) await storeBatch(batch, restoreRows)
  for (const write of writes) write.old = { ...write.row }
}

function isNew({ action }: Write): boolean {
  return action === 'create'
}

/** A restored record may change too, when computed fields are made anew. */
function isChanged(write: Write): boolean {
  return (write.action === 'update' || write.action === 'restore') && listChanged(write).length > 0
}

function makeBatches(
  act: Act,
  writes: readonly Write[],
  listFields: (write: Write) => readonly Field[],
): readonly Batch[] {
  const waiting = writes.map((write) => ({ write, fields: listFields(write) }))
  const groups = groupBy(waiting, ({ write, fields }) =>
    [write.entity.name, write.actor, ...fields.map(({ name }) => name)].join(' '),
  )
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    const writes = group.map(({ write }) => write)
    return first ? [{ act, entity: first.write.entity, fields: first.fields, writes }] : []
  })
}

/** All fields but those that PostgreSQL fills: one text for every insert into the table. */
function listNew({ entity, key }: Write): readonly Field[] {
  return entity.fields.filter(
    (field) => field.auto === undefined && (field.name !== entity.key.field || key !== undefined),
  )
}

function listChanged({ entity, old, row }: Write): readonly Field[] {
  return old ? findChanged(entity, old, row).filter((field) => field.auto === undefined) : []
}

async function storeBatch(batch: Batch, store: (batch: Batch, values: Values) => string): Promise<void> {
  const { act, writes } = batch
  const values: Values = []
  const text = store(batch, values)
  const rows = await run(act.sql, statement(text, values)).catch((error: unknown) => {
    throw tellRefusal(act.context, writes, error)
  })
  takeRows(batch, rows)
}

/** The rows come back in the order of the writes, for those whose key the database has just made; others by their key. */
function takeRows({ entity, writes }: Batch, rows: readonly Row[]): void {
  const found = new Map(rows.map((row) => [String(row[entity.key.field]), row]))
  for (const [index, write] of writes.entries()) {
    const row = write.key === undefined ? rows[index] : found.get(String(write.key))
    if (row === undefined) throw new Error(`A row of ${entity.table} was not stored`)
    delete row.$old
    Object.assign(write.row, row)
    write.key = row[entity.key.field] as Value
    write.isStored = true
  }
}

/** Lists of values, one for each column, behind one that leads them: how the statement calls them, a row for each write. */
function writeSource({ fields, writes }: Batch, leading: string, values: Values): string {
  const lists = fields.map((field) =>
    bind(
      values,
      writes.map((write) => writeText(field, write.row[field.name])),
      'text[]',
    ),
  )
  const names = ['lead', ...fields.map((_, index) => `c${index}`)]
  return `unnest(${[leading, ...lists].join(', ')}) as u(${names.join(', ')})`
}

function writeValue(field: Field, index: number): string {
  return `u.c${index}::${sqlType(field.type)}`
}

function listAuto(entity: RegistryEntity, kinds: readonly string[]): readonly Field[] {
  return entity.fields.filter((field) => field.auto !== undefined && kinds.includes(field.auto))
}

function writeNow(field: Field): string {
  return `now()::${sqlType(field.type)}`
}

function insertRows(batch: Batch, values: Values): string {
  const { act, entity, fields, writes } = batch
  const autos = listAuto(entity, ['create', 'update'])
  const names = [...fields, ...autos].map(({ name }) => quoteName(name))
  const cells = [...fields.map(writeValue), ...autos.map(writeNow)]
  const places = bind(values, [...writes.keys()], 'int[]')
  const changing = `insert into ${quoteName(entity.table)} as t (${['"_version"', ...names].join(', ')}) select ${['1', ...cells].join(', ')} from ${writeSource(batch, places, values)} order by u.lead returning ${listReturned(entity)}, null::jsonb as "$old"`
  const changed = fields.map(({ name }) => name)
  return writeWithNews(act, { entity, action: 'create', actor: actorOf(writes), changed }, changing, values)
}

function updateRows(batch: Batch, values: Values): string {
  const { act, entity, fields, writes } = batch
  const autos = listAuto(entity, ['update'])
  const settings = [
    ...fields.map((field, index) => `${quoteName(field.name)} = ${writeValue(field, index)}`),
    ...autos.map((field) => `${quoteName(field.name)} = ${writeNow(field)}`),
  ]
  const changed = [...fields, ...autos].map(({ name }) => name)
  const changing = writeUpdate(batch, settings, values)
  return writeWithNews(act, { entity, action: 'update', actor: actorOf(writes), changed }, changing, values)
}

function restoreRows(batch: Batch, values: Values): string {
  const { act, entity, writes } = batch
  const settings = ['"deleted_at" = null', '"_deletion" = null']
  const changing = writeUpdate(batch, settings, values)
  return writeWithNews(
    act,
    { entity, action: 'restore', actor: actorOf(writes), changed: [] },
    changing,
    values,
  )
}

/** Sets columns of the rows with the writes' keys; the same rows as they were come along as `o`. */
function writeUpdate(batch: Batch, settings: readonly string[], values: Values): string {
  const { entity, writes } = batch
  const keys = bind(
    values,
    writes.map((write) => write.key),
    `${sqlType(entity.keyField.type)}[]`,
  )
  const key = (alias: string) => column(alias, entity.key.field)
  const table = quoteName(entity.table)
  const set = [...settings, '"_version" = t."_version" + 1'].join(', ')
  const from = `${writeSource(batch, keys, values)}, ${table} o`
  return `update ${table} as t set ${set} from ${from} where ${key('t')} = u.lead and ${key('o')} = u.lead returning ${listReturned(entity)}, ${writeRecord(entity, 'o')} as "$old"`
}

/** Every field of the row as it is now, and its version. */
export function listReturned(entity: RegistryEntity): string {
  return [...entity.fieldsByName.keys(), '_version'].map((name) => column('t', name)).join(', ')
}

function actorOf(writes: readonly Write[]): Write['actor'] {
  return writes[0]?.actor ?? 'viewer'
}
