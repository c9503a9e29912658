// The one page of a write: every stage in order, one line each. Stages do not know each other; they know the plan.
import type { Row, Sql } from '../database/connect.ts'
import { inTransaction } from '../database/transaction.ts'
import { checkGate } from './gate.ts'
import { lockRow } from './lock.ts'
import type { Plan, WriteContext } from './plan.ts'
import { checkReferences } from './references.ts'
import { tellRefusal } from './refusal.ts'
import { checkRestrict } from './restrict.ts'
import { deleteRow, insertRow, updateRow } from './rows.ts'
import type { Columns } from './statement.ts'
import { readChanges } from './values.ts'

/** Carries out a plan in one transaction and returns the record's columns: as written, or as they were when deleted. */
export async function write(context: WriteContext, plan: Plan, columns: Columns): Promise<Row> {
  checkGate(context.viewer, plan)
  try {
    return await inTransaction(context.pool, (sql) => writeRecord(context, sql, plan, columns))
  } catch (error) {
    throw tellRefusal(context.registry, plan, error)
  }
}

async function writeRecord(context: WriteContext, sql: Sql, plan: Plan, columns: Columns): Promise<Row> {
  if (plan.action !== 'create') await lockRow(context, sql, plan)
  if (plan.action === 'delete') {
    await checkRestrict(context, sql, plan)
    return deleteRow(sql, plan.entity, plan.key, columns)
  }
  const changes = readChanges(plan)
  await checkReferences(context, sql, plan.entity, changes)
  return plan.action === 'create'
    ? insertRow(sql, plan.entity, changes, columns)
    : updateRow(sql, plan.entity, plan.key, changes, columns)
}
