// What the caller is told of the records that were written: no more than a read would show.
import { isAdmin } from '../../auth/viewer.ts'
import type { Row } from '../../database/connect.ts'
import type { RegistryEntity } from '../../metadata/registry.ts'
import { listsField, matchPolicies } from '../rights/policies.ts'
import type { Act } from './act.ts'
import { findHolding } from './hops.ts'
import { startHearing } from './permission.ts'
import { groupBy, type Write } from './writes.ts'

/** The rows as they are now, or as they were before they were deleted; null for one that the caller may not see. */
export async function tellRows(act: Act, roots: readonly Write[]): Promise<readonly (Row | null)[]> {
  if (isAdmin(act.context.viewer)) return roots.map(rowOf)
  const told = new Map<Write, Row | null>()
  for (const group of groupBy(roots, (write) => write.entity).values()) {
    const rows = await maskRows(act, group)
    for (const [index, write] of group.entries()) told.set(write, rows[index] ?? null)
  }
  return roots.map((write) => told.get(write) ?? null)
}

function rowOf({ action, old, row }: Write): Row {
  return action === 'delete' ? (old ?? row) : row
}

async function maskRows(act: Act, writes: readonly Write[]): Promise<readonly (Row | null)[]> {
  const entity = writes[0]?.entity
  if (entity === undefined) return []
  const policies = matchPolicies(act.context.viewer, entity, 'read')
  const rows = writes.map(rowOf)
  const found = await findHolding(startHearing(act), policies, rows)
  return rows.map((row, index) => {
    const holding = found[index] ?? []
    return holding.length === 0
      ? null
      : maskRow(entity, row, (field) => holding.some((each) => listsField(each, field)))
  })
}

function maskRow(entity: RegistryEntity, row: Row, isReadable: (field: string) => boolean): Row {
  const cells = entity.fields.map(({ name }) => [
    name,
    name === entity.key.field || isReadable(name) ? row[name] : null,
  ])
  return { ...Object.fromEntries(cells), _version: row._version }
}
