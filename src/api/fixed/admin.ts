// The admin API of an app: its definitions and its users. Everything but sessions needs the role admin.
import type { GraphQLSchema } from 'graphql'
import type { Context } from '../context.ts'
import { addAppSessions } from './accounts.ts'
import { addAnonymousRights } from './admin-anonymous.ts'
import { addAudit } from './admin-audit.ts'
import { addChangeType, addWarningType } from './admin-change.ts'
import { addChangedType } from './admin-changed.ts'
import { addChoices } from './admin-choices.ts'
import { addDeliveries } from './admin-deliveries.ts'
import { addDocument } from './admin-document.ts'
import { addEndpoints } from './admin-endpoints.ts'
import { addEntities } from './admin-entities.ts'
import { addFigures } from './admin-figures.ts'
import { addHistory } from './admin-history.ts'
import { addIdentityProvider } from './admin-identity-provider.ts'
import { addInvites } from './admin-invites.ts'
import { addApiKeys } from './admin-keys.ts'
import { addMachines } from './admin-machines.ts'
import { addMetadata } from './admin-metadata.ts'
import { addPermissions } from './admin-permissions.ts'
import { addPlan } from './admin-plan.ts'
import { addRelations } from './admin-relations.ts'
import { addRenames } from './admin-renames.ts'
import { addLoadTypes } from './admin-rule-types.ts'
import { addRules } from './admin-rules.ts'
import { addUsers } from './admin-users.ts'
import { addWebhooks } from './admin-webhooks.ts'
import { addWorkflowInstances } from './admin-workflow-instances.ts'
import { addWorkflows } from './admin-workflows.ts'
import { createBuilder, finishSchema } from './builder.ts'
import type { AdminHooks } from './saving.ts'

/** Builds the admin API, the same for every app. */
export function buildAdminSchema(hooks: AdminHooks): GraphQLSchema {
  const builder = createBuilder<Context>()
  builder.queryType({ description: 'What can be read' })
  builder.mutationType({ description: 'What can be changed' })
  addAppSessions(builder)
  const choices = addChoices(builder)
  const warningType = addWarningType(builder)
  const parts = {
    choices,
    changedType: addChangedType(builder, choices),
    changeType: addChangeType(builder, warningType),
    warningType,
    loadTypes: addLoadTypes(builder),
    hooks,
  }
  addMetadata(builder, parts)
  addDocument(builder, parts)
  addPlan(builder, parts)
  addHistory(builder, parts)
  addRenames(builder, parts)
  addEntities(builder, parts)
  addRelations(builder, parts)
  addRules(builder, parts)
  addMachines(builder, parts)
  addWorkflows(builder, parts)
  addWorkflowInstances(builder)
  addPermissions(builder, parts)
  addAnonymousRights(builder, parts)
  addWebhooks(builder, parts)
  addEndpoints(builder)
  addDeliveries(builder)
  addFigures(builder)
  addUsers(builder)
  addInvites(builder)
  addApiKeys(builder)
  addIdentityProvider(builder)
  addAudit(builder)
  return finishSchema(builder)
}
