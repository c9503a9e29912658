// The query that explains what somebody may do with a record, also with a permission that has not been saved.
import { randomUUID } from 'node:crypto'
import { findUser, toViewer } from '../../auth/users.ts'
import { anonymous, isAdmin, type Viewer } from '../../auth/viewer.ts'
import { fail, failAll } from '../../errors.ts'
import { namePermission, readPermission } from '../../metadata/permission.ts'
import { buildPolicies } from '../../metadata/policies/build.ts'
import type { Registry, RegistryEntity } from '../../metadata/registry.ts'
import { type Explanation, explainAccess } from '../../pipeline/explain.ts'
import { describe, suggest } from '../../reader.ts'
import type { App, Context } from '../context.ts'
import { readKey } from '../generated/values.ts'
import { addExplanationType } from './admin-explain-types.ts'
import type { PermissionInput } from './admin-permission-types.ts'
import type { Builder } from './builder.ts'
import { locateInInput, readDefinitionInput } from './definition-input.ts'
import type { AdminParts } from './saving.ts'

/** Adds the query explainAccess. */
export function addExplainAccess(
  builder: Builder<Context>,
  { choices }: AdminParts,
  permissionInput: PermissionInput,
): void {
  const explanationType = addExplanationType(builder)
  builder.queryField('explainAccess', (t) =>
    t.field({
      type: explanationType,
      access: 'admin',
      description: 'What somebody may do with the records of an entity, and why.',
      args: {
        entity: t.arg.string({ required: true, description: 'The name of the entity.' }),
        action: t.arg({ type: choices.permissionAction, required: true, description: 'What to do.' }),
        id: t.arg.id({ description: 'The record; without it nothing is said of one.' }),
        userId: t.arg.id({ description: 'The caller; without it, one without a token.' }),
        roles: t.arg.stringList({ description: "The caller's roles, instead of those of the user." }),
        permission: t.arg({
          type: permissionInput,
          description: 'A permission of the entity that is not saved, to be added to the others.',
        }),
      },
      resolve: async (_, { entity: name, action, id, userId, roles, permission }, { app, edition }) => {
        const { registry } = edition
        const { viewer, isActive } = await findCaller(app, userId, roles)
        const saved = requireEntity(registry, name)
        const unsavedId = randomUUID()
        const entity = permission ? addUnsaved(registry, saved, permission, unsavedId) : saved
        const key = id == null ? undefined : (readKey(saved.keyField, id) ?? null)
        const question = { sql: app.pool, registry, entity, action, viewer }
        const explanation = await explainAccess(key === undefined ? question : { ...question, key })
        const caller = { roles: viewer.roles, isAdmin: isAdmin(viewer), isActive }
        return { ...(isActive ? explanation : shutOut(explanation)), ...caller, unsavedId }
      },
    }),
  )
}

async function findCaller(
  app: App,
  userId: string | null | undefined,
  roles: readonly string[] | null | undefined,
): Promise<Readonly<{ viewer: Viewer; isActive: boolean }>> {
  const given = roles ? { roles: [...new Set(roles.map((role) => role.toLowerCase()))] } : {}
  if (userId == null) return { viewer: { ...anonymous, ...given }, isActive: true }
  const user = await findUser(app.pool, userId)
  if (user === undefined) throw fail('NOT_FOUND', `No user has the id ${describe(userId)}`)
  return { viewer: { ...toViewer(user), ...given }, isActive: user.active }
}

/** Who has been deactivated is not let in, whatever the permissions say. */
function shutOut({ verdict, ...explanation }: Explanation): Explanation {
  const shut = verdict && { verdict: { ...verdict, isVisible: false, isAllowed: false } }
  return { ...explanation, ...shut, fields: [] }
}

function requireEntity({ entities }: Registry, name: string): RegistryEntity {
  const entity = entities.get(name)
  if (entity !== undefined) return entity
  throw fail('NOT_FOUND', `No entity ${describe(name)} is defined${suggest(name, entities.keys())}`)
}

/** The entity as it would be with one permission more. */
function addUnsaved(
  { definitions, entities }: Registry,
  entity: RegistryEntity,
  input: unknown,
  id: string,
): RegistryEntity {
  const permission = { ...readDefinitionInput(input, readPermission, 'permission'), id }
  if (permission.entity !== entity.name)
    throw failAll('VALIDATION_FAILED', [
      {
        path: 'permission.entity',
        message: `must be ${describe(entity.name)}, found ${describe(permission.entity)}`,
      },
    ])
  const built = buildPolicies({ permissions: [permission], rules: definitions.rules }, entities)
  const locate = locateInInput('permission', namePermission(permission), 'permission')
  if (built.problems.length > 0)
    throw failAll(
      'VALIDATION_FAILED',
      built.problems.map((problem) => ({ path: locate(problem) ?? '', message: problem.message })),
    )
  const { action } = permission
  const added = built.policies.get(entity.name)?.[action] ?? []
  const policies = { ...entity.policies, [action]: [...entity.policies[action], ...added] }
  return { ...entity, policies }
}
