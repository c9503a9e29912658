// Locks the records that a write is about, reads them whole and checks that they are those the caller meant.
import type { Row } from '../../database/connect.ts'
import { quoteName } from '../../database/identifiers.ts'
import { type AppError, fail, type Problem } from '../../errors.ts'
import type { PermissionAction } from '../../metadata/permission.ts'
import type { RegistryEntity } from '../../metadata/registry.ts'
import { isVisibleTo, type Liveness } from '../rights/visible.ts'
import {
  allOf,
  bind,
  type Columns,
  column,
  selectList,
  sqlType,
  statement,
  type Values,
} from '../statement.ts'
import { type Act, nameRecord } from './act.ts'
import { runSighted } from './sighted.ts'
import { groupBy, type Write } from './writes.ts'

/** Reads and holds the rows of all writes that are about existing records and have not got theirs yet; NOT_FOUND, CONFLICT. */
export async function lockRows(act: Act, writes: readonly Write[]): Promise<void> {
  const waiting = writes.filter((write) => write.old === undefined && write.action !== 'create')
  const groups = groupBy(
    waiting,
    (write) => `${write.entity.name} ${write.action === 'restore'} ${write.actor}`,
  )
  for (const group of groups.values()) await lockGroup(act, group)
  for (const write of waiting) checkVersion(write)
}

async function lockGroup(act: Act, writes: readonly Write[]): Promise<void> {
  const [first] = writes
  if (first === undefined) return
  const { entity, actor } = first
  const liveness: Liveness = first.action === 'restore' ? 'dead' : 'live'
  const values: Values = []
  const where = allOf([
    `${column('t', entity.key.field)} = any(${bindKeys(entity, writes, values)})`,
    isVisibleTo(act.context.viewer, actor, entity, 't', values, liveness),
  ])
  const rows = await runSighted(
    act,
    { entity, actor, actions: ['read', ...listActions(writes)] },
    statement(`${selectWhole(entity)} where ${where} ${holdInOrder(entity)}`, values),
    writes.map(({ key }) => key),
  )
  const found = new Map(rows.map((row) => [String(row[entity.key.field]), row]))
  for (const write of writes) takeRow(write, found.get(String(write.key)))
}

function listActions(writes: readonly Write[]): readonly PermissionAction[] {
  return [...new Set(writes.flatMap(({ action }) => (action === 'restore' ? restoring : action)))]
}

const restoring = ['delete', 'update'] as const

function takeRow(write: Write, row: Row | undefined): void {
  if (row === undefined) throw notFound(write.entity.name, write.key, write.path)
  write.old = row
}

function bindKeys(entity: RegistryEntity, writes: readonly Write[], values: Values): string {
  const keys = [...new Set(writes.map((write) => write.key))]
  return bind(values, keys, `${sqlType(entity.keyField.type)}[]`)
}

/** Every field of an entity under its own name, and what the system keeps beside them. */
export function wholeColumns(entity: RegistryEntity): Columns {
  const names = [...entity.fieldsByName.keys(), '_version', ...(entity.softDelete ? ['_deletion'] : [])]
  return new Map(names.map((name) => [name, name]))
}

export function selectWhole(entity: RegistryEntity): string {
  return `select ${selectList('t', wholeColumns(entity))} from ${quoteName(entity.table)} t`
}

/** Rows are held in the order of their keys, so that two acts seldom wait for each other in a circle. */
export function holdInOrder(entity: RegistryEntity): string {
  return `order by ${column('t', entity.key.field)} for update of t`
}

function checkVersion({ entity, ifVersion, old }: Write): void {
  if (ifVersion === undefined || old === undefined || ifVersion === old._version) return
  throw fail(
    'CONFLICT',
    `The ${entity.name} has version ${old._version}, not ${ifVersion}; read it again and decide anew`,
  )
}

/** Refuses two writes of one record: the second would not know of the first. */
export function findTwice(writes: readonly Write[]): readonly Problem[] {
  const seen = new Set<string>()
  const problems: Problem[] = []
  for (const { entity, key, path } of writes) {
    if (key === undefined) continue
    const name = nameRecord(entity.name, key)
    if (seen.has(name))
      problems.push({ path, message: `names the ${entity.name} ${JSON.stringify(key)} a second time` })
    seen.add(name)
  }
  return problems
}

export function notFound(entity: string, key: unknown, path = ''): AppError {
  const message = `There is no ${entity} with the id ${JSON.stringify(key)}`
  return fail('NOT_FOUND', message, path === '' ? undefined : [{ path, message }])
}
