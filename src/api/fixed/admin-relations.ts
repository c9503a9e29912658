// Relations in the admin API: what is defined, and defining, changing and deleting one.
import type { Definitions } from '../../metadata/registry.ts'
import { readRelation } from '../../metadata/relation.ts'
import type { NamedRelation } from '../../metadata/relation-end.ts'
import type { Context } from '../context.ts'
import { addRelationInput, addRelationType } from './admin-relation-types.ts'
import type { Builder } from './builder.ts'
import {
  addRelation,
  isNamed,
  leansOn,
  type RelationName,
  removeRelation,
  replaceRelation,
  writeName,
} from './definition-edits.ts'
import { locateInInput, readDefinitionInput } from './definition-input.ts'
import {
  type AdminParts,
  reasonDescription,
  refuseOvertaken,
  revisionDescription,
  saveChange,
} from './saving.ts'

type RelationType = ReturnType<typeof addRelationType>

const sourceDescription = 'The entity that the relation belongs to.'
const nameDescription = 'The name of the relation on its source.'

/** Adds the relations and what can be done with them. */
export function addRelations(builder: Builder<Context>, parts: AdminParts): void {
  const relationType = addRelationType(builder, parts.choices)
  addRelationQuery(builder, relationType)
  addRelationMutations(builder, parts, relationType)
  addDeleteRelation(builder, parts)
}

function addRelationQuery(builder: Builder<Context>, relationType: RelationType): void {
  builder.queryField('relations', (t) =>
    t.field({
      type: [relationType],
      access: 'admin',
      description: 'The relations, in the order in which they were defined.',
      args: {
        entity: t.arg.string({ description: 'Only those that have this entity at one of their ends.' }),
      },
      resolve: (_, { entity }, { edition }) => {
        const { relations } = edition.registry.definitions
        return relations.filter((relation) => typeof entity !== 'string' || leansOn(relation, entity))
      },
    }),
  )
}

function addRelationMutations(
  builder: Builder<Context>,
  { choices, hooks }: AdminParts,
  relationType: RelationType,
): void {
  const relationInput = addRelationInput(builder, choices)
  builder.mutationField('createRelation', (t) =>
    t.field({
      type: relationType,
      access: 'admin',
      description:
        'Defines a relation: makes its foreign key or join table, and its fields on both entities.',
      args: {
        input: t.arg({ type: relationInput, required: true, description: 'The definition.' }),
        expectRevision: t.arg.int({ description: revisionDescription }),
        reason: t.arg.string({ description: reasonDescription }),
      },
      resolve: async (_, { input, expectRevision, reason }, context) => {
        const relation = readDefinitionInput(input, readRelation)
        const locate = locateRelation(relation)
        await saveChange(context, hooks, {
          edit: (current) => addRelation(current, relation),
          locate,
          expectRevision,
          reason,
        })
        return findSaved(context, relation)
      },
    }),
  )
  builder.mutationField('updateRelation', (t) =>
    t.field({
      type: relationType,
      access: 'admin',
      description: 'Puts a new definition in the place of the old one.',
      args: {
        source: t.arg.string({ required: true, description: sourceDescription }),
        name: t.arg.string({ required: true, description: nameDescription }),
        input: t.arg({ type: relationInput, required: true, description: 'The whole new definition.' }),
        expectRevision: t.arg.int({ description: revisionDescription }),
        reason: t.arg.string({ description: reasonDescription }),
      },
      resolve: async (_, { source, name, input, expectRevision, reason }, context) => {
        const relation = readDefinitionInput(input, readRelation)
        const edit = (current: Definitions) => replaceRelation(current, { source, name }, relation)
        await saveChange(context, hooks, { edit, locate: locateRelation(relation), expectRevision, reason })
        return findSaved(context, relation)
      },
    }),
  )
}

function locateRelation(relation: RelationName) {
  return locateInInput('relation', writeName(relation))
}

/** The relation as this instance serves it now, its names on both sides settled. */
function findSaved({ app }: Context, name: RelationName): NamedRelation {
  const relation = app.readEdition().registry.definitions.relations.find((each) => isNamed(each, name))
  if (relation === undefined) throw refuseOvertaken(`The relation "${name.source}.${name.name}"`)
  return relation
}

function addDeleteRelation(builder: Builder<Context>, { changeType, hooks }: AdminParts): void {
  builder.mutationField('deleteRelation', (t) =>
    t.field({
      type: changeType,
      access: 'admin',
      description:
        'Takes a relation out of the definitions and its fields out of the data API. Keys keep their values.',
      args: {
        source: t.arg.string({ required: true, description: sourceDescription }),
        name: t.arg.string({ required: true, description: nameDescription }),
        dropTable: t.arg.boolean({
          required: true,
          defaultValue: false,
          description: 'Whether the join table of a MANY_TO_MANY goes.',
        }),
        expectRevision: t.arg.int({ description: revisionDescription }),
        reason: t.arg.string({ description: reasonDescription }),
      },
      resolve: async (_, { source, name, dropTable, expectRevision, reason }, context) =>
        await saveChange(context, hooks, {
          edit: (current) => removeRelation(current, { source, name }, dropTable),
          expectRevision,
          reason,
        }),
    }),
  )
}
