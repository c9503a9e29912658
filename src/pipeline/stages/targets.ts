// Finds the records that a plan is about when it does not name them: those a filter holds for, or the one with a unique key.
import type { Row } from '../../database/connect.ts'
import { fail, failAll, type Problem } from '../../errors.ts'
import type { RegistryEntity } from '../../metadata/registry.ts'
import { readValue, type Value } from '../../metadata/value.ts'
import type { Input, MatchingPlan, Plan, UpsertPlan } from '../plan.ts'
import { type Filter, writeFilter } from '../reads/filter.ts'
import { startReading } from '../reads/reading.ts'
import { readable } from '../rights/visible.ts'
import { allOf, bind, column, selectList, statement, type Values } from '../statement.ts'
import type { Act } from './act.ts'
import { notFound, wholeColumns } from './lock.ts'
import { runSighted } from './sighted.ts'
import { isSame, isSystems, readInput } from './values.ts'
import { startWrites, type Write } from './writes.ts'

/** The writes that a plan comes to. */
export async function findTargets(act: Act, plan: Plan): Promise<readonly Write[]> {
  switch (plan.kind) {
    case 'records':
      return startWrites(act.context, plan.records, act.context.actor)
    case 'matching':
      return findMatching(act, plan)
    case 'upsert':
      return findOrMake(act, plan)
  }
}

/** Holds the visible live rows that a filter holds for, one more than wanted at most. */
async function holdMatching(
  act: Act,
  entity: RegistryEntity,
  filter: Filter,
  most: number,
): Promise<readonly Row[]> {
  const { registry, viewer } = act.context
  const values: Values = []
  const { from, where, raw } = readable(viewer, entity, 't', values)
  const isWanted = allOf([writeFilter(filter, startReading({ registry, viewer }, values)), where])
  const list = selectList(raw, wholeColumns(entity))
  const limit = bind(values, most + 1, 'integer')
  const text = `select ${list} from ${from} where ${isWanted} order by ${column(raw, entity.key.field)} limit ${limit} for update of ${raw}`
  const sighted = { entity, actor: 'viewer', actions: ['read', 'update', 'delete'] } as const
  return await runSighted(act, sighted, statement(text, values))
}

async function findMatching(act: Act, plan: MatchingPlan): Promise<readonly Write[]> {
  const { entity, atMost, action, input } = plan
  checkInput(act, plan)
  const rows = await holdMatching(act, entity, plan.filter, atMost)
  if (rows.length > atMost)
    throw fail(
      'LIMIT_EXCEEDED',
      `More than ${atMost} records match, so nothing was written; raise atMost or narrow the filter`,
    )
  return rows.flatMap((row) => {
    const key = row[entity.key.field] as Value
    const record =
      action === 'delete'
        ? ({ action, entity, path: '', key } as const)
        : ({ action, entity, path: '', key, input, relations: [] } as const)
    return startWrites(act.context, [record]).map((write) => ({ ...write, old: row }))
  })
}

/** Bad input is told even when no record matches. */
function checkInput(act: Act, { entity, input }: MatchingPlan): void {
  const problems: Problem[] = []
  readInput(act.context, { entity, path: '', input, isNew: false }, problems)
  if (problems.length > 0) throw failAll('BAD_USER_INPUT', problems)
}

async function findOrMake(act: Act, plan: UpsertPlan): Promise<readonly Write[]> {
  const { entity, relations } = plan
  const [row] = await holdMatching(act, entity, plan.filter, 1)
  if (row) {
    const found = row[entity.key.field] as Value
    const input = dropKey(entity, plan.input, found)
    const record = { action: 'update', entity, path: '', key: found, input, relations } as const
    return startWrites(act.context, [record]).map((write) => ({ ...write, old: row }))
  }
  return [makeByKey(act, plan)]
}

/** An input that would make the record may repeat the key that the record has. */
function dropKey({ key }: RegistryEntity, input: Input, found: Value): Input {
  const { [key.field]: own, ...others } = input
  return String(own) === String(found) ? others : input
}

/** A record with the key that was looked for; nobody can choose what the system makes, but for a uuid. */
function makeByKey(act: Act, { entity, key, input, relations }: UpsertPlan): Write {
  if (Object.keys(key).some((name) => isOthers(entity, name)))
    throw notFound(entity.name, Object.values(key)[0])
  checkAgreement(act, entity, key, input)
  const given = Object.entries(key).filter(([name]) => name !== entity.key.field || !entity.key.generated)
  const whole = { ...input, ...Object.fromEntries(given) }
  const [write] = startWrites(act.context, [{ action: 'create', entity, path: '', input: whole, relations }])
  if (write === undefined) throw new Error('A planned record was not started')
  const chosen = entity.key.generated ? key[entity.key.field] : undefined
  return chosen === undefined ? write : { ...write, key: chosen as Value }
}

function isOthers(entity: RegistryEntity, name: string): boolean {
  const field = entity.fieldsByName.get(name)
  const isUuid = name === entity.key.field && entity.key.type === 'uuid'
  return field !== undefined && isSystems(entity, field) && !isUuid
}

function checkAgreement(act: Act, entity: RegistryEntity, key: Input, input: Input): void {
  const problems = Object.keys(key).flatMap((name) => {
    const field = entity.fieldsByName.get(name)
    if (field === undefined || input[name] === undefined) return []
    const given = readValue(field, input[name])
    if (!('value' in given) || isSame(field, given.value, key[name])) return []
    const called = act.context.nameField(entity, field)
    return [{ path: called, field: called, message: 'must be what the key says, or be left out' }]
  })
  if (problems.length > 0) throw failAll('BAD_USER_INPUT', problems)
}
