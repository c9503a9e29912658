// The types that an entity is asked and written with: filter, order, the inputs of create and update, the unique key.
import type { FieldDefinition } from '../definitions.ts'
import { findLeaf, type LeafName } from './leaves.ts'
import { camelCase, type Part } from './refs.ts'

export function addInputs(part: Part): void {
  addFilter(part)
  addOrderBy(part)
  addWriteInputs(part)
  addUniqueKey(part)
}

function addFilter({ entity, leaves, findTypes }: Part): void {
  const { filter } = findTypes(entity.name)
  filter.implement({
    description: `Conditions on ${entity.name}`,
    fields: (t) => ({
      and: t.field({ type: [filter], description: 'All of these' }),
      or: t.field({ type: [filter], description: 'One of these' }),
      not: t.field({ type: filter, description: 'Not this' }),
      next: t.field({ type: findTypes(entity.next).filter, description: 'On the record behind it' }),
      ...mapFields(entity.fields, (leaf, description) =>
        t.field({ type: leaves.filters.get(leaf) ?? filter, description }),
      ),
    }),
  })
}

function addOrderBy({ entity, leaves, findTypes }: Part): void {
  findTypes(entity.name).orderBy.implement({
    description: `One field that ${entity.name} is sorted by`,
    isOneOf: true,
    fields: (t) => ({
      id: t.field({ type: leaves.direction, description: 'By the key' }),
      next: t.field({ type: findTypes(entity.next).orderBy, description: 'By the record behind it' }),
      ...mapFields(entity.fields, (_leaf, description) => t.field({ type: leaves.direction, description })),
    }),
  })
}

function addWriteInputs({ entity, findTypes }: Part): void {
  const { createInput, updateInput } = findTypes(entity.name)
  createInput.implement({
    description: `A new ${entity.name}`,
    fields: (t) =>
      mapFields(entity.fields, (type, description, { required }) => t.field({ type, required, description })),
  })
  updateInput.implement({
    description: `Changes of a ${entity.name}`,
    fields: (t) => mapFields(entity.fields, (type, description) => t.field({ type, description })),
  })
}

function addUniqueKey({ entity, findTypes }: Part): void {
  const unique = entity.fields.filter((field) => field.unique)
  findTypes(entity.name).uniqueKey.implement({
    description: `What names one ${entity.name}`,
    isOneOf: true,
    fields: (t) => ({
      id: t.id({ description: 'The key' }),
      ...mapFields(unique, (type, description) => t.field({ type, description })),
    }),
  })
}

function mapFields<T>(
  fields: readonly FieldDefinition[],
  make: (leaf: LeafName, description: string, field: FieldDefinition) => T,
): Record<string, T> {
  return Object.fromEntries(
    fields.map((field) => [
      camelCase(field.name),
      make(findLeaf(field.type), `The ${field.name}, a ${field.type}`, field),
    ]),
  )
}
