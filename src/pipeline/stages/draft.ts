// The row of each record as it would be stored if no rule changed it: the old row, defaults, and what was asked for.
import { randomUUID } from 'node:crypto'
import type { Row } from '../../database/connect.ts'
import { fail } from '../../errors.ts'
import type { Field } from '../../metadata/field.ts'
import type { Value } from '../../metadata/value.ts'
import { listWrites, type Write } from './writes.ts'

/** Drafts the rows of all writes; parents come before their children, who take over their keys. */
export function draftRows(_act: unknown, roots: readonly Write[]): void {
  for (const write of listWrites(roots)) {
    if (write.transition !== undefined) askTransition(write, write.transition)
    Object.assign(write.row, write.action === 'create' ? draftNew(write) : draftOld(write))
    takeParentKey(write)
  }
}

function askTransition(write: Write, to: string): void {
  const { machine } = write.entity.behaviour
  if (machine === undefined) throw fail('TRANSITION_REFUSED', `${write.entity.name} has no state machine`)
  write.changes.set(machine.field.name, to)
}

function draftOld({ old, changes }: Write): Row {
  return { ...old, ...Object.fromEntries(changes) }
}

function draftNew(write: Write): Row {
  const { entity, changes } = write
  const row: Record<string, Value> = {}
  for (const field of entity.fields) row[field.name] = changes.get(field.name) ?? findDefault(write, field)
  const key = draftKey(write)
  if (key !== undefined) {
    write.key = key
    row[entity.key.field] = key
  }
  return row
}

/** An explicit null stays null; what is absent takes the machine's first state, or else the field's default. */
function findDefault({ entity, changes }: Write, field: Field): Value {
  if (changes.has(field.name)) return null
  const { machine } = entity.behaviour
  return machine?.field.name === field.name ? machine.initial : (field.default ?? null)
}

/** A uuid is made here, so that children know it; a number is the database's to make. */
function draftKey({ entity, key, changes }: Write): Value | undefined {
  const { field, type, generated } = entity.key
  if (!generated) return changes.get(field) ?? key
  return type === 'uuid' ? (key ?? randomUUID()) : key
}

/** Writes the parent's key into its child, once it has one; a child that is let go keeps none. */
export function takeParentKey({ parent, action, row }: Write): void {
  if (parent === undefined || parent.end.join || action !== 'create') return
  row[parent.end.remoteColumn] = parent.write.row[parent.end.localColumn] ?? null
}
