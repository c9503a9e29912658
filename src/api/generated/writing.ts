// What all writing root fields have in common: the call of the pipeline, and its rows in the form of the API.
import type { Row } from '../../database/connect.ts'
import type { Value } from '../../metadata/value.ts'
import type { Plan } from '../../pipeline/plan.ts'
import { notFound } from '../../pipeline/stages/lock.ts'
import { type Written, write } from '../../pipeline/write.ts'
import type { WriteContext } from '../../pipeline/write-context.ts'
import type { Context } from '../context.ts'
import { endName, fieldName } from './names.ts'
import type { Shape } from './shape.ts'
import { readKey } from './values.ts'

/** Carries out a plan; the rows carry their columns under the names of the API. */
export async function writePlan(shape: Shape, plan: Plan, context: Context): Promise<Written> {
  const { count, rows } = await write(startContext(context), plan)
  context.app.feed.wake()
  return { count, rows: rows.map((row) => row && nameColumns(shape, row)) }
}

/** Carries out a plan for one record, and gives that back. */
export async function writeOne(shape: Shape, plan: Plan, context: Context): Promise<Row | null> {
  const { rows } = await writePlan(shape, plan, context)
  return rows[0] ?? null
}

/** The key of a record that must exist; NOT_FOUND when no record can have it. */
export function readExistingKey({ entity }: Shape, id: unknown): Value {
  const key = readKey(entity.keyField, id)
  if (key === undefined) throw notFound(entity.name, id)
  return key
}

function startContext({ app, viewer, edition, requestId, trace, calls }: Context): WriteContext {
  const names = { nameField: fieldName, nameEnd: endName }
  const { pool, outgoing, wakeWorkflows } = app
  const asked = { viewer, requestId, ...(trace ? { trace } : {}), ...(calls ? { calls } : {}) }
  return { pool, registry: edition.registry, outside: outgoing.outside, wakeWorkflows, ...asked, ...names }
}

/** Hidden columns come along: they lead to related records, and no field of the type shows them. */
function nameColumns({ entity }: Shape, row: Row): Row {
  const columns = entity.fields.map((field) => [fieldName(entity, field), row[field.name]] as const)
  return { ...Object.fromEntries(columns), _version: row._version }
}
