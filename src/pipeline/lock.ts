// Locks the record that a write is about and checks that it is the one the client meant.
import { run, type Sql } from '../database/connect.ts'
import { quoteName } from '../database/identifiers.ts'
import { fail } from '../errors.ts'
import type { TargetPlan, WriteContext } from './plan.ts'
import { allOf, bind, column, sqlType, statement, type Values } from './statement.ts'
import { visible } from './visible.ts'

/** Holds the row until the transaction ends; NOT_FOUND when it is absent or not visible, CONFLICT when its version is another. */
export async function lockRow(context: WriteContext, sql: Sql, plan: TargetPlan): Promise<void> {
  const { entity, key, ifVersion } = plan
  const values: Values = []
  const where = allOf([
    `${column('t', entity.key.field)} = ${bind(values, key, sqlType(entity.keyField.type))}`,
    visible(context.viewer, entity, 't', values),
  ])
  const text = `select t."_version" as version from ${quoteName(entity.table)} t where ${where} for update`
  const [row] = await run<{ version: number }>(sql, statement(text, values))
  if (row === undefined) throw notFound(entity.name, key)
  if (ifVersion === undefined || ifVersion === row.version) return
  throw fail(
    'CONFLICT',
    `The ${entity.name} has version ${row.version}, not ${ifVersion}; read it again and decide anew`,
  )
}

export function notFound(entity: string, key: unknown): Error {
  return fail('NOT_FOUND', `There is no ${entity} with the id ${JSON.stringify(key)}`)
}
