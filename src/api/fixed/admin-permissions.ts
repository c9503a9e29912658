// Permissions in the admin API: what is defined, and defining, changing and deleting one.
import { randomUUID } from 'node:crypto'
import { sortPermissions } from '../../metadata/order.ts'
import {
  namePermission,
  type PermissionAction,
  readPermission,
  type StoredPermission,
} from '../../metadata/permission.ts'
import { describe } from '../../reader.ts'
import type { Context } from '../context.ts'
import { addExplainAccess } from './admin-explain.ts'
import {
  addPermissionInput,
  addPermissionType,
  type PermissionInput,
  type PermissionType,
} from './admin-permission-types.ts'
import { addPermission, removePermission, replacePermission } from './behaviour-edits.ts'
import type { Builder } from './builder.ts'
import { locateInInput, readDefinitionInput } from './definition-input.ts'
import {
  type AdminParts,
  reasonDescription,
  refuseOvertaken,
  revisionDescription,
  saveChange,
} from './saving.ts'

const idDescription = 'The id of the permission.'

/** Adds the permissions, what can be done with them, and the query that explains what they come to. */
export function addPermissions(builder: Builder<Context>, parts: AdminParts): void {
  const permissionType = addPermissionType(builder, parts.choices)
  const permissionInput = addPermissionInput(builder, parts.choices)
  addPermissionQueries(builder, parts, permissionType)
  addExplainAccess(builder, parts, permissionInput)
  addPermissionMutations(builder, parts, permissionType, permissionInput)
  addDeletePermission(builder, parts)
}

/** Which permissions to list: all that is given must hold. */
type Wanted = Readonly<{
  entity?: string | null | undefined
  action?: PermissionAction | null | undefined
  role?: string | null | undefined
}>

function addPermissionQueries(
  builder: Builder<Context>,
  { choices }: AdminParts,
  permissionType: PermissionType,
): void {
  builder.queryField('permissions', (t) =>
    t.field({
      type: [permissionType],
      access: 'admin',
      description: 'The permissions, entity by entity, in the order of their definition.',
      args: {
        entity: t.arg.string({ description: 'Only those of this entity.' }),
        action: t.arg({ type: choices.permissionAction, description: 'Only those that allow this.' }),
        role: t.arg.string({ description: 'Only those of this role, in any case.' }),
      },
      resolve: (_, wanted, { edition }) =>
        sortPermissions(edition.registry.definitions).filter((each) => isWanted(each, wanted)),
    }),
  )
  builder.queryField('permission', (t) =>
    t.field({
      type: permissionType,
      nullable: true,
      access: 'admin',
      description: 'One permission; null when there is none of that id.',
      args: { id: t.arg.id({ required: true, description: idDescription }) },
      resolve: (_, { id }, { edition }) =>
        edition.registry.definitions.permissions.find((permission) => permission.id === id),
    }),
  )
}

function isWanted(permission: StoredPermission, { entity, action, role }: Wanted): boolean {
  return (
    (entity == null || permission.entity === entity) &&
    (action == null || permission.action === action) &&
    (role == null || permission.roles.includes(role.toLowerCase()))
  )
}

function addPermissionMutations(
  builder: Builder<Context>,
  { hooks }: AdminParts,
  permissionType: PermissionType,
  permissionInput: PermissionInput,
): void {
  builder.mutationField('createPermission', (t) =>
    t.field({
      type: permissionType,
      access: 'admin',
      description: 'Defines a permission. It holds for every request that begins after this one.',
      args: {
        input: t.arg({ type: permissionInput, required: true, description: 'The definition.' }),
        expectRevision: t.arg.int({ description: revisionDescription }),
        reason: t.arg.string({ description: reasonDescription }),
      },
      resolve: async (_, { input, expectRevision, reason }, context) => {
        const permission: StoredPermission = {
          ...readDefinitionInput(input, readPermission),
          id: randomUUID(),
        }
        await saveChange(context, hooks, {
          edit: (current) => addPermission(current, permission),
          locate: locateInInput('permission', namePermission(permission)),
          expectRevision,
          reason,
        })
        return findSaved(context, permission.id)
      },
    }),
  )
  builder.mutationField('updatePermission', (t) =>
    t.field({
      type: permissionType,
      access: 'admin',
      description: 'Puts a new definition in the place of the old one.',
      args: {
        id: t.arg.id({ required: true, description: idDescription }),
        input: t.arg({ type: permissionInput, required: true, description: 'The whole new definition.' }),
        expectRevision: t.arg.int({ description: revisionDescription }),
        reason: t.arg.string({ description: reasonDescription }),
      },
      resolve: async (_, { id, input, expectRevision, reason }, context) => {
        const permission: StoredPermission = {
          ...readDefinitionInput(input, readPermission),
          id: String(id),
        }
        await saveChange(context, hooks, {
          edit: (current) => replacePermission(current, permission),
          locate: locateInInput('permission', namePermission(permission)),
          expectRevision,
          reason,
        })
        return findSaved(context, permission.id)
      },
    }),
  )
}

/** The permission as this instance serves it now. */
function findSaved({ app }: Context, id: string): StoredPermission {
  const permission = app.readEdition().registry.definitions.permissions.find((each) => each.id === id)
  if (permission === undefined) throw refuseOvertaken(`The permission ${describe(id)}`)
  return permission
}

function addDeletePermission(builder: Builder<Context>, { changeType, hooks }: AdminParts): void {
  builder.mutationField('deletePermission', (t) =>
    t.field({
      type: changeType,
      access: 'admin',
      description: 'Takes a permission out of the definitions, and thereby back.',
      args: {
        id: t.arg.id({ required: true, description: idDescription }),
        expectRevision: t.arg.int({ description: revisionDescription }),
        reason: t.arg.string({ description: reasonDescription }),
      },
      resolve: async (_, { id, expectRevision, reason }, context) =>
        await saveChange(context, hooks, {
          edit: (current) => removePermission(current, String(id)),
          expectRevision,
          reason,
        }),
    }),
  )
}
