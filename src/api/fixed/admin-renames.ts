// New names in the admin API: for an entity, a field or a relation that stays what it is, with its rows.
import type { Definitions } from '../../metadata/registry.ts'
import { applyRename } from '../../metadata/rename/apply.ts'
import type { Rename } from '../../metadata/rename/rename.ts'
import type { Edit } from '../../metadata/store.ts'
import type { Context } from '../context.ts'
import type { Builder } from './builder.ts'
import { type AdminParts, reasonDescription, revisionDescription, saveChange } from './saving.ts'

const toDescription = 'The new name.'

/** Adds renameEntity, renameField and renameRelation. */
export function addRenames(builder: Builder<Context>, parts: AdminParts): void {
  addRenameEntity(builder, parts)
  addRenameField(builder, parts)
  addRenameRelation(builder, parts)
}

/** The edit that gives the new name to everything that speaks of the old one. */
function editBy(rename: Rename): (current: Definitions) => Edit {
  return (current) => ({ definitions: applyRename(current, rename), renames: [rename] })
}

function addRenameEntity(builder: Builder<Context>, { changeType, hooks }: AdminParts): void {
  builder.mutationField('renameEntity', (t) =>
    t.field({
      type: changeType,
      access: 'admin',
      description:
        'Gives an entity another name, in every definition that speaks of it. A table that is named after it is renamed too.',
      args: {
        name: t.arg.string({ required: true, description: 'The name of the entity.' }),
        to: t.arg.string({ required: true, description: toDescription }),
        expectRevision: t.arg.int({ description: revisionDescription }),
        reason: t.arg.string({ description: reasonDescription }),
      },
      resolve: async (_, { name, to, expectRevision, reason }, context) => {
        const edit = editBy({ kind: 'entity', from: name, to })
        return await saveChange(context, hooks, { edit, expectRevision, reason })
      },
    }),
  )
}

function addRenameField(builder: Builder<Context>, { changeType, hooks }: AdminParts): void {
  builder.mutationField('renameField', (t) =>
    t.field({
      type: changeType,
      access: 'admin',
      description:
        'Gives a field and its column another name, in every definition and expression that speaks of it.',
      args: {
        entity: t.arg.string({ required: true, description: 'The name of the entity.' }),
        name: t.arg.string({ required: true, description: 'The name of the field.' }),
        to: t.arg.string({ required: true, description: toDescription }),
        expectRevision: t.arg.int({ description: revisionDescription }),
        reason: t.arg.string({ description: reasonDescription }),
      },
      resolve: async (_, { entity, name, to, expectRevision, reason }, context) => {
        const edit = editBy({ kind: 'field', entity, from: name, to })
        return await saveChange(context, hooks, { edit, expectRevision, reason })
      },
    }),
  )
}

function addRenameRelation(builder: Builder<Context>, { changeType, hooks }: AdminParts): void {
  builder.mutationField('renameRelation', (t) =>
    t.field({
      type: changeType,
      access: 'admin',
      description:
        'Gives a relation another name on its source, in every definition that speaks of it; a join table stays.',
      args: {
        source: t.arg.string({ required: true, description: 'The entity that the relation belongs to.' }),
        name: t.arg.string({ required: true, description: 'The name of the relation.' }),
        to: t.arg.string({ required: true, description: toDescription }),
        expectRevision: t.arg.int({ description: revisionDescription }),
        reason: t.arg.string({ description: reasonDescription }),
      },
      resolve: async (_, { source, name, to, expectRevision, reason }, context) => {
        const edit = editBy({ kind: 'relation', source, from: name, to })
        return await saveChange(context, hooks, { edit, expectRevision, reason })
      },
    }),
  )
}
