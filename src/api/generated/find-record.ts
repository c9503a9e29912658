// Finds one record with the columns that a request asks for.
import type { GraphQLResolveInfo } from 'graphql'
import type { Row } from '../../database/connect.ts'
import type { Value } from '../../metadata/value.ts'
import type { Filter } from '../../pipeline/reads/filter.ts'
import { findOne } from '../../pipeline/reads/find.ts'
import type { Context } from '../context.ts'
import { startRead } from './read.ts'
import { selectColumns } from './selection.ts'
import type { Shape } from './shape.ts'
import { readKey } from './values.ts'

/** The record with this key; null when there is none or it is not visible, and for what cannot be a key. */
export async function findById(
  shape: Shape,
  id: unknown,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<Row | null> {
  const key = readKey(shape.entity.keyField, id)
  return key === undefined ? null : findRecord(shape, byKey(shape, key), context, info)
}

/** The one record that the filter holds for; null when there is none or it is not visible. */
export async function findRecord(
  shape: Shape,
  filter: Filter,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<Row | null> {
  const read = startRead(shape, selectColumns(info, shape, info.fieldNodes), context)
  return (await findOne(read, filter)) ?? null
}

/** The condition that finds a record by its key. */
function byKey({ entity }: Shape, value: Value): Filter {
  return { kind: 'compare', field: entity.keyField, operator: 'eq', value }
}
