// Relations in the wild: keys where there are none, owners on the other side, and clearing what cannot be empty.
import type { Warn, Wild } from './wild.ts'

/** Brings a relation into the form of this language; `needed` are fields that can never be empty, as `entity.field`. */
export function tameRelation(relation: Wild, needed: ReadonlySet<string>, warn: Warn): Wild {
  const owned = tameOwner(relation, warn)
  return owned.type === 'many_to_many' ? tameJoin(owned, warn) : tameDirect(owned, needed, warn)
}

function tameOwner(relation: Wild, warn: Warn): Wild {
  if (relation.ownership !== 'target') return relation
  warn('ownership', 'is read as none: a relation is owned by its source, or by nobody')
  return { ...relation, ownership: 'none' }
}

/** A join table leads to both primary keys, whatever else is said. */
function tameJoin(relation: Wild, warn: Warn): Wild {
  const { target_key: _, source_key: __, ...rest } = relation
  if (rest.on_delete !== 'cascade' && rest.on_delete !== 'set_null') return rest
  warn('on_delete', `is read as detach, found ${rest.on_delete}: only the pairs of the join table go`)
  return { ...rest, on_delete: 'detach' }
}

function tameDirect(relation: Wild, needed: ReadonlySet<string>, warn: Warn): Wild {
  const key = relation.target_key ?? `${String(relation.source)}_id`
  if (!needed.has(`${String(relation.target)}.${String(key)}`)) return relation
  return tameClearing(tameFreeing(relation, warn), warn)
}

/** Nothing is deleted that the older server would have kept: records that are not named stay. */
function tameFreeing(relation: Wild, warn: Warn): Wild {
  if (relation.ownership !== 'none') return relation
  warn('ownership', 'is read as source with write_mode append: the key of the target can never be cleared')
  return { ...relation, ownership: 'source', write_mode: 'append' }
}

function tameClearing(relation: Wild, warn: Warn): Wild {
  if (relation.on_delete !== 'set_null' && relation.on_delete !== 'detach') return relation
  warn(
    'on_delete',
    `is read as restrict, found ${relation.on_delete}: the key of the target can never be cleared`,
  )
  return { ...relation, on_delete: 'restrict' }
}
