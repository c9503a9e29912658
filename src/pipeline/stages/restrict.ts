// Refuses to delete records to which live ones still refer, where their relation says restrict.
import { run } from '../../database/connect.ts'
import { fail } from '../../errors.ts'
import { entityOf, type RelationEnd } from '../../metadata/registry.ts'
import { writeSource } from '../reads/reading.ts'
import { findSight } from '../rights/sight.ts'
import { isLive } from '../rights/visible.ts'
import { bind, column, sqlType, statement, type Values } from '../statement.ts'
import type { Act, Restrict } from './act.ts'
import type { Write } from './writes.ts'

/** Asked when the act is done, so that records which went in the same act do not count. */
export async function checkRestricts(act: Act): Promise<void> {
  for (const restrict of act.restricts) await checkRestrict(act, restrict)
}

/**
 * CONFLICT when a live record refers to one of these by a relation of kind restrict, whoever may see it.
 * The records are locked, and new references lock them too, so none can come in between.
 */
export async function checkRestrict({ sql, context }: Act, { end, writes }: Restrict): Promise<void> {
  const other = entityOf(context.registry, end.other)
  const values: Values = []
  const { from, parent } = writeSource(other, end, 't')
  const text = `select 1 from ${from} where ${parent} = any(${bindKeys(end, writes, values)}) and ${isLive(other, 't')} limit 1`
  if ((await run(sql, statement(text, values))).length === 0) return
  const subject = `The ${writes[0]?.entity.name} is still referred to by`
  const isKnown = findSight(context.viewer.roles, other).read !== undefined
  throw fail(
    'CONFLICT',
    isKnown
      ? `${subject} ${end.other} (relation ${end.relation.source}.${end.relation.name}); delete those first`
      : `${subject} records that you cannot see`,
  )
}

/** The condition under which `t` holds the key of one of the records. */
export function isChild(end: RelationEnd, writes: readonly Write[], values: Values): string {
  return `${column('t', end.remoteColumn)} = any(${bindKeys(end, writes, values)})`
}

function bindKeys(end: RelationEnd, writes: readonly Write[], values: Values): string {
  return bind(
    values,
    writes.map(({ key }) => key),
    `${sqlType(end.parentType)}[]`,
  )
}
