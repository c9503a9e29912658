// An app in which every role sees something else of every entity, so that no two of them share a schema.
import { defineApp, nextKey } from '../rebuild/definitions.ts'

export type Permission = Readonly<{
  entity: string
  action: 'read' | 'create' | 'update' | 'delete'
  roles: readonly string[]
  conditions?: readonly unknown[]
  fields?: readonly string[]
}>

export function nameRole(index: number): string {
  return `role_${index}`
}

/** The entities and relations as a document. */
export function writeApp(entities: number): unknown {
  const app = defineApp(entities)
  const relations = app.map(({ name, previous }) => ({
    name: 'previous',
    type: 'one_to_many',
    source: name,
    target: previous,
    target_key: nextKey,
    inverse: 'next',
  }))
  return { version: 1, entities: app.map(({ name, fields }) => ({ name, fields })), relations }
}

/** Each role reads all entities but a field or two, makes and changes every second, and deletes every third. */
export function writePermissions(entities: number, roles: number): readonly Permission[] {
  return defineApp(entities).flatMap(({ name, fields }, entity) =>
    Array.from({ length: roles }, (_, role): readonly Permission[] => {
      const common = { entity: name, roles: [nameRole(role)] }
      const readable = fields.filter(
        (field, index) => field.name === nextKey || (index + entity) % 13 !== role % 13,
      )
      return [
        { ...common, action: 'read', fields: readable.map((field) => field.name) },
        ...((entity + role) % 2 === 0
          ? [
              { ...common, action: 'create' as const },
              { ...common, action: 'update' as const },
            ]
          : []),
        ...((entity + role) % 3 === 0 ? [{ ...common, action: 'delete' as const }] : []),
      ]
    }).flat(),
  )
}

/** Another role with the rights of the first one, on some of the records: to the API it looks the same. */
export function writeTwin(permissions: readonly Permission[], twin: string): readonly Permission[] {
  const conditions = [{ field: 'field_0', operator: 'neq', value: 'nothing' }]
  return permissions
    .filter(({ roles }) => roles.includes(nameRole(0)))
    .map((permission) => ({ ...permission, roles: [twin], conditions }))
}
