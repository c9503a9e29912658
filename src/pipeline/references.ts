// Checks that the keys which a write puts into a record lead to live records that the viewer can see, and holds those.
import { run, type Sql } from '../database/connect.ts'
import { quoteName } from '../database/identifiers.ts'
import { failAll, type Problem } from '../errors.ts'
import { entityOf, type RegistryEntity, type RelationEnd } from '../metadata/registry.ts'
import type { Value } from '../metadata/value.ts'
import type { WriteContext } from './plan.ts'
import { allOf, bind, column, sqlType, statement, type Values } from './statement.ts'
import type { Changes } from './values.ts'
import { visible } from './visible.ts'

/** Refuses keys of absent, dead or invisible records as NOT_FOUND; the others stay as they are until the commit. */
export async function checkReferences(
  context: WriteContext,
  sql: Sql,
  entity: RegistryEntity,
  changes: Changes,
): Promise<void> {
  const problems: Problem[] = []
  for (const end of entity.ends) {
    const key = end.side === 'target' && end.join === undefined ? changes.get(end.localColumn) : undefined
    if (key == null || (await isHeld(context, sql, end, key))) continue
    const message = `leads to no ${end.other}: there is none with the id ${JSON.stringify(key)}`
    problems.push({ path: end.localColumn, field: end.localColumn, message })
  }
  if (problems.length > 0) throw failAll('NOT_FOUND', problems)
}

async function isHeld(context: WriteContext, sql: Sql, end: RelationEnd, key: Value): Promise<boolean> {
  const target = entityOf(context.registry, end.other)
  const values: Values = []
  const where = allOf([
    `${column('t', end.remoteColumn)} = ${bind(values, key, sqlType(end.parentType))}`,
    visible(context.viewer, target, 't', values),
  ])
  const rows = await run(
    sql,
    statement(`select 1 from ${quoteName(target.table)} t where ${where} for share`, values),
  )
  return rows.length > 0
}
