// What every read of a request has in common: the app's pool, the edition, and who asks.
import type { Read } from '../../pipeline/reads/find.ts'
import type { Columns } from '../../pipeline/statement.ts'
import type { Context } from '../context.ts'
import type { Shape } from './shape.ts'

/** A read of these columns of an entity, by the one who asks. */
export function startRead({ entity }: Shape, columns: Columns, context: Context): Read {
  const { app, viewer, edition } = context
  return { sql: app.pool, registry: edition.registry, viewer, entity, columns }
}
