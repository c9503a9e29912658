// Refuses to delete a record that live ones still refer to, where their relation says restrict.
import { run, type Sql } from '../database/connect.ts'
import { quoteName } from '../database/identifiers.ts'
import { fail } from '../errors.ts'
import { entityOf, type RelationEnd } from '../metadata/registry.ts'
import type { TargetPlan, WriteContext } from './plan.ts'
import { bind, column, sqlType, statement, type Values } from './statement.ts'

/**
 * CONFLICT when a live record refers to this one by a relation of kind restrict, whoever may see it.
 * The record is locked, and new references lock it too, so none can come in between.
 */
export async function checkRestrict(
  context: WriteContext,
  sql: Sql,
  { entity, key }: TargetPlan,
): Promise<void> {
  for (const end of entity.ends) {
    if (end.relation.onDelete !== 'restrict' || end.side !== 'source') continue
    if (await isReferred(context, sql, end, key))
      throw fail(
        'CONFLICT',
        `The ${entity.name} is still referred to by ${end.other} (relation ${end.relation.source}.${end.relation.name}); delete those first`,
      )
  }
}

async function isReferred(
  { registry }: WriteContext,
  sql: Sql,
  end: RelationEnd,
  key: unknown,
): Promise<boolean> {
  const other = entityOf(registry, end.other)
  const values: Values = []
  const live = other.softDelete ? ` and ${column('t', 'deleted_at')} is null` : ''
  const value = bind(values, key, sqlType(end.parentType))
  const table = `${quoteName(other.table)} t`
  const from = end.join
    ? `${quoteName(end.join.table)} j join ${table} on ${column('t', end.remoteColumn)} = ${column('j', end.join.remoteKey)} where ${column('j', end.join.localKey)} = ${value}`
    : `${table} where ${column('t', end.remoteColumn)} = ${value}`
  return (await run(sql, statement(`select 1 from ${from}${live} limit 1`, values))).length > 0
}
