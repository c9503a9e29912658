// The admin API of an app: its definitions and its users. Everything but the log-in needs the role admin.
import type { GraphQLSchema } from 'graphql'
import type { Context } from '../context.ts'
import { addAppLogin } from './accounts.ts'
import { addChangeType } from './admin-change.ts'
import { addChoices } from './admin-choices.ts'
import { addDocument } from './admin-document.ts'
import { addEntities } from './admin-entities.ts'
import { addMetadata } from './admin-metadata.ts'
import { addRelations } from './admin-relations.ts'
import { addUsers } from './admin-users.ts'
import { createBuilder, finishSchema } from './builder.ts'
import type { AdminHooks } from './saving.ts'

/** Builds the admin API, the same for every app. */
export function buildAdminSchema(hooks: AdminHooks): GraphQLSchema {
  const builder = createBuilder<Context>()
  builder.queryType({ description: 'What can be read' })
  builder.mutationType({ description: 'What can be changed' })
  addAppLogin(builder)
  const parts = { choices: addChoices(builder), changeType: addChangeType(builder), hooks }
  addMetadata(builder, parts)
  addDocument(builder, parts)
  addEntities(builder, parts)
  addRelations(builder, parts)
  addUsers(builder)
  return finishSchema(builder)
}
