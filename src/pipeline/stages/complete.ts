// Checks that a record as it would be stored has what its fields demand: required, not null, one of the enum.
import type { Problem } from '../../errors.ts'
import type { Field } from '../../metadata/field.ts'
import { joinPath } from '../../reader.ts'
import type { WriteContext } from '../write-context.ts'
import { isSystems, tellFound } from './values.ts'
import type { Write } from './writes.ts'

/** Every field of the record that lacks something; of an old record only the fields that change are looked at. */
export function findIncomplete(context: WriteContext, write: Write): readonly Problem[] {
  const { entity, path } = write
  return entity.fields.flatMap((field) => {
    const found = isLookedAt(write, field) ? findProblem(field, write.row[field.name]) : undefined
    if (found === undefined) return []
    const name = context.nameField(entity, field)
    return [{ path: joinPath(path, name), field: name, ...found }]
  })
}

function isLookedAt(write: Write, field: Field): boolean {
  const { entity, action, old, row, parent } = write
  const isKeyBelow = parent?.end.join === undefined && parent?.end.remoteColumn === field.name
  const isComputed = entity.behaviour.computed.some((computed) => computed.field === field)
  if ((isSystems(entity, field) && !isComputed) || (isKeyBelow && action === 'create')) return false
  return action === 'create' || row[field.name] !== old?.[field.name]
}

function findProblem(field: Field, value: unknown): Pick<Problem, 'rule' | 'message'> | undefined {
  const isEmpty = value === null || value === undefined
  if (field.required && (isEmpty || value === '')) return { rule: 'required', message: 'is required' }
  if (!field.nullable && isEmpty) return { rule: 'required', message: 'is required; it cannot be null' }
  if (isEmpty || field.enum === undefined || field.enum.includes(String(value))) return undefined
  return { rule: 'enum', message: `must be one of ${field.enum.join(', ')}; ${tellFound(value)}` }
}
