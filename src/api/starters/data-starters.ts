// Operations to start from in a data API: made of the entities of the app, as far as the caller's own schema has them.
import { type GraphQLSchema, parse, print } from 'graphql'
import type { Registry } from '../../metadata/registry.ts'
import { buildEntityStarters } from './entity-starters.ts'
import type { Starter } from './starter.ts'

/** Entities that have starters; the list is there to choose from. */
const mostEntities = 50

const whoAmI: Starter = {
  group: 'you',
  title: 'Who am I?',
  query: '# Who asks, and as what; null without a log-in.\nquery WhoAmI { viewer { id email roles } }',
  samples: [],
}

/** The starters of a schema, which must be of that registry; the entities with the most to show come first. */
export function buildDataStarters(registry: Registry, schema: GraphQLSchema): readonly Starter[] {
  const entities = [...registry.entities.values()]
    .map((entity) => buildEntityStarters(registry, schema, entity))
    .sort((one, other) => other.length - one.length)
  return [...entities.slice(0, mostEntities).flat(), whoAmI].map(layOut)
}

/** The comment as it is, and the operation as GraphQL lays it out. */
function layOut(starter: Starter): Starter {
  const end = starter.query.indexOf('\n')
  const operation = print(parse(starter.query.slice(end + 1)))
  return { ...starter, query: `${starter.query.slice(0, end)}\n${operation}\n` }
}
