// The one maker of read predicates: which rows of an entity a viewer may see. No other file decides on this.
import { isAdmin, type Viewer } from '../auth/viewer.ts'
import type { Entity } from '../metadata/entity.ts'
import { allOf, column, type Values } from './statement.ts'

/** Which rows a read reaches: the live ones, the deleted ones, or both. */
export type Liveness = 'live' | 'dead' | 'all'

/** The SQL condition under which the row `alias` of an entity may be read; it binds what it needs to `values`. */
export type Policy = (entity: Entity, alias: string, values: Values) => string

/** A viewer, who may be narrowed further by a policy; no policy can show what the viewer's roles do not. */
export type Reader = Viewer & Readonly<{ policy?: Policy }>

/** The SQL condition under which the row `alias` is visible to the viewer; it binds what it needs to `values`. */
export function visible(
  viewer: Reader,
  entity: Entity,
  alias: string,
  values: Values,
  liveness: Liveness = 'live',
): string {
  if (!isAdmin(viewer)) return 'false'
  const narrowing = viewer.policy && `(${viewer.policy(entity, alias, values)})`
  return allOf([isInLife(entity, alias, liveness), narrowing ?? 'true'])
}

function isInLife(entity: Entity, alias: string, liveness: Liveness): string {
  if (!entity.softDelete) return liveness === 'dead' ? 'false' : 'true'
  if (liveness === 'all') return 'true'
  return `${column(alias, 'deleted_at')} is ${liveness === 'live' ? 'null' : 'not null'}`
}
