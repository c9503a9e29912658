// Entities in the wild: wrapped in a row, with a switch as an object, and with the columns that the system keeps among the fields.
import { isObject, joinPath } from '../../reader.ts'
import type { Warn, Wild } from './wild.ts'

/** Brings an entity into the form of this language. */
export function tameEntity(entity: Wild, warn: Warn): Wild {
  const open = unwrap(entity)
  const soft = open.soft_delete
  const isSoft = isObject(soft) ? soft.enabled !== false : soft !== false
  return {
    ...open,
    ...(isObject(soft) ? { soft_delete: isSoft } : {}),
    ...(Array.isArray(open.fields) ? { fields: dropSystemFields(open.fields, isSoft, warn) } : {}),
  }
}

/** A row of the older server's table has the definition as a column, beside name, table and times. */
function unwrap(entity: Wild): Wild {
  const { table_name: table, definition, ...rest } = entity
  const usual = table === undefined || table === null ? {} : { table }
  if (!isObject(definition)) return definition === undefined ? { ...usual, ...rest } : entity
  return { ...(rest.name === undefined ? {} : { name: rest.name }), ...usual, ...definition }
}

/** The place of a field stays its place. */
function dropSystemFields(fields: readonly unknown[], isSoft: boolean, warn: Warn): readonly unknown[] {
  const kept = [...fields]
  fields.forEach((field, index) => {
    if (!isSoft || !isObject(field) || field.name !== 'deleted_at' || field.type !== 'timestamp') return
    warn(joinPath('fields', index), 'is left out: the system itself keeps when a record was deleted')
    delete kept[index]
  })
  return kept
}

/** The fields that can never be empty, as `entity.field`. */
export function findNeeded(entities: unknown): ReadonlySet<string> {
  const found = (Array.isArray(entities) ? entities : []).filter(isObject)
  return new Set(
    found.flatMap(({ name, fields }) =>
      (Array.isArray(fields) ? fields : [])
        .filter(isObject)
        .filter(({ required, nullable }) => required === true || nullable === false)
        .map((field) => `${String(name)}.${String(field.name)}`),
    ),
  )
}
