// The platform API: logging in as one who runs this installation, and the apps that it has.
import type { GraphQLSchema } from 'graphql'
import { platformPeople } from '../../auth/platform-users.ts'
import type { PlatformContext } from '../context.ts'
import { createBuilder, finishSchema } from './builder.ts'
import { addApps } from './platform-apps.ts'
import { addPlatformUsers } from './platform-users.ts'
import { addSessions } from './session.ts'

/** Builds the platform API, the same for every installation. */
export function buildPlatformSchema(): GraphQLSchema {
  const builder = createBuilder<PlatformContext>()
  builder.queryType({ description: 'What can be read' })
  builder.mutationType({ description: 'What can be changed' })
  addSessions(builder, { people: platformPeople, findRealm: ({ platform }) => platform })
  addApps(builder)
  addPlatformUsers(builder)
  return finishSchema(builder)
}
