// The same kind of API built with Pothos, a code-first builder: eight types an entity, and its fields of Query and Mutation.
import type { GraphQLSchema } from 'graphql'
import type { Builder } from './builder.ts'
import { defineApp, type EntityDefinition } from './definitions.ts'
import { addInputs } from './pothos/inputs.ts'
import { addLeaves } from './pothos/leaves.ts'
import { addObjects } from './pothos/objects.ts'
import { createApi, type EntityTypes, nameTypes } from './pothos/refs.ts'
import { addRoots } from './pothos/roots.ts'

export function createPothosBuilder(): Builder {
  return {
    name: 'Pothos',
    build: async (entities) => {
      buildSchema(defineApp(entities))
    },
  }
}

/** Types are not sorted afterwards: nobody needs it, and it would add to the time. */
export function buildSchema(app: readonly EntityDefinition[]): GraphQLSchema {
  const api = createApi()
  const leaves = addLeaves(api)
  const types = new Map<string, EntityTypes>(app.map((entity) => [entity.name, nameTypes(api, entity)]))
  const findTypes = (name: string): EntityTypes => {
    const found = types.get(name)
    if (found === undefined) throw new Error(`There is no entity ${name}`)
    return found
  }
  api.queryType({ description: 'What can be read' })
  api.mutationType({ description: 'What can be changed' })
  for (const entity of app) {
    addObjects({ api, leaves, entity, findTypes })
    addInputs({ api, leaves, entity, findTypes })
    addRoots({ api, leaves, entity, findTypes })
  }
  return api.toSchema({ sortSchema: false })
}
