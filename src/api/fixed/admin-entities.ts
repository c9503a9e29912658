// Entities in the admin API: what is defined, and defining, changing and deleting one.
import { type Entity, readEntity } from '../../metadata/entity.ts'
import type { Definitions } from '../../metadata/registry.ts'
import { describe } from '../../reader.ts'
import type { Context } from '../context.ts'
import { addEntityInput } from './admin-entity-inputs.ts'
import { addEntityType } from './admin-entity-types.ts'
import type { Builder } from './builder.ts'
import { addEntity, removeEntity, replaceEntity } from './definition-edits.ts'
import { locateInEntity, readDefinitionInput } from './definition-input.ts'
import {
  type AdminParts,
  reasonDescription,
  refuseOvertaken,
  revisionDescription,
  saveChange,
} from './saving.ts'

type EntityType = ReturnType<typeof addEntityType>

/** Adds the entities and what can be done with them. */
export function addEntities(builder: Builder<Context>, parts: AdminParts): void {
  const entityType = addEntityType(builder, parts.choices)
  addEntityQueries(builder, entityType)
  addEntityMutations(builder, parts, entityType)
  addDeleteEntity(builder, parts)
}

function addEntityQueries(builder: Builder<Context>, entityType: EntityType): void {
  builder.queryField('entities', (t) =>
    t.field({
      type: [entityType],
      access: 'admin',
      description: 'All entities, in the order in which they were defined.',
      resolve: (_, _args, { edition }) => [...edition.registry.definitions.entities],
    }),
  )
  builder.queryField('entity', (t) =>
    t.field({
      type: entityType,
      nullable: true,
      access: 'admin',
      description: 'One entity; null when there is none of that name.',
      args: { name: t.arg.string({ required: true, description: 'The name of the entity.' }) },
      resolve: (_, { name }, { edition }) => edition.registry.entities.get(name)?.definition,
    }),
  )
}

function addEntityMutations(
  builder: Builder<Context>,
  { choices, hooks }: AdminParts,
  entityType: EntityType,
): void {
  const entityInput = addEntityInput(builder, choices)
  builder.mutationField('createEntity', (t) =>
    t.field({
      type: entityType,
      access: 'admin',
      description: 'Defines an entity: makes its table, and its part of the data API.',
      args: {
        input: t.arg({ type: entityInput, required: true, description: 'The definition.' }),
        expectRevision: t.arg.int({ description: revisionDescription }),
        reason: t.arg.string({ description: reasonDescription }),
      },
      resolve: async (_, { input, expectRevision, reason }, context) => {
        const entity = readDefinitionInput(input, readEntity)
        const locate = locateInEntity(entity, input)
        await saveChange(context, hooks, {
          edit: (current) => addEntity(current, entity),
          locate,
          expectRevision,
          reason,
        })
        return findSaved(context, entity.name)
      },
    }),
  )
  builder.mutationField('updateEntity', (t) =>
    t.field({
      type: entityType,
      access: 'admin',
      description:
        'Puts a new definition in the place of the old one. A field that is left out keeps its column.',
      args: {
        name: t.arg.string({ required: true, description: 'The name of the entity.' }),
        input: t.arg({ type: entityInput, required: true, description: 'The whole new definition.' }),
        dropColumns: t.arg.boolean({
          required: true,
          defaultValue: false,
          description: 'Whether the columns of fields that are left out go, with their data.',
        }),
        expectRevision: t.arg.int({ description: revisionDescription }),
        reason: t.arg.string({ description: reasonDescription }),
      },
      resolve: async (_, { name, input, dropColumns, expectRevision, reason }, context) => {
        const entity = readDefinitionInput(input, readEntity)
        const edit = (current: Definitions) => replaceEntity(current, name, entity, dropColumns)
        await saveChange(context, hooks, {
          edit,
          locate: locateInEntity(entity, input),
          expectRevision,
          reason,
        })
        return findSaved(context, name)
      },
    }),
  )
}

/** The entity as this instance serves it now, names of relations settled and defaults filled in. */
function findSaved({ app }: Context, name: string): Entity {
  const entity = app.readEdition().registry.entities.get(name)?.definition
  if (entity === undefined) throw refuseOvertaken(`The entity ${describe(name)}`)
  return entity
}

function addDeleteEntity(builder: Builder<Context>, { changeType, hooks }: AdminParts): void {
  builder.mutationField('deleteEntity', (t) =>
    t.field({
      type: changeType,
      access: 'admin',
      description:
        'Takes an entity out of the definitions and of the data API. Its table stays unless told otherwise.',
      args: {
        name: t.arg.string({ required: true, description: 'The name of the entity.' }),
        withRelations: t.arg.boolean({
          required: true,
          defaultValue: false,
          description: 'Whether the relations that lean on it go too; without this they refuse.',
        }),
        dropTable: t.arg.boolean({
          required: true,
          defaultValue: false,
          description: 'Whether the table goes, with all its data.',
        }),
        expectRevision: t.arg.int({ description: revisionDescription }),
        reason: t.arg.string({ description: reasonDescription }),
      },
      resolve: async (_, { name, withRelations, dropTable, expectRevision, reason }, context) =>
        await saveChange(context, hooks, {
          edit: (current) => removeEntity(current, name, { withRelations, dropTable }),
          expectRevision,
          reason,
        }),
    }),
  )
}
