// The app that every builder builds: entities of 20 fields, each with a to-one and a to-many relation to its neighbours.

export type FieldType = 'string' | 'int' | 'decimal' | 'boolean' | 'timestamp' | 'date' | 'uuid'
export type FieldDefinition = Readonly<{ name: string; type: FieldType; required: boolean; unique: boolean }>
/** `next` names the entity behind the to-one relation, `previous` the one behind the to-many relation. */
export type EntityDefinition = Readonly<{
  name: string
  next: string
  previous: string
  fields: readonly FieldDefinition[]
}>

const types: readonly FieldType[] = ['string', 'int', 'decimal', 'boolean', 'timestamp', 'date', 'string']
const fieldCount = 20

/** The field that holds the key of the entity behind the to-one relation; one of the 20. */
export const nextKey = 'next_id'

export function defineApp(entities: number): readonly EntityDefinition[] {
  return Array.from({ length: entities }, (_, index) => ({
    name: nameEntity(index),
    next: nameEntity((index + 1) % entities),
    previous: nameEntity((index + entities - 1) % entities),
    fields: defineFields(),
  }))
}

function nameEntity(index: number): string {
  return `thing_${index}`
}

function defineFields(): readonly FieldDefinition[] {
  const plain = Array.from({ length: fieldCount - 1 }, (_, index) => ({
    name: `field_${index}`,
    type: types[index % types.length] ?? 'string',
    required: index % 3 === 0,
    unique: index === 0,
  }))
  return [...plain, { name: nextKey, type: 'uuid', required: false, unique: false }]
}
