// How the admin API shows a relation and how it takes one.
import type { JoinRelation } from '../../metadata/relation.ts'
import type { NamedRelation } from '../../metadata/relation-end.ts'
import type { Context } from '../context.ts'
import type { Choices } from './admin-choices.ts'
import type { Builder } from './builder.ts'

/** Adds the type Relation. */
export function addRelationType(builder: Builder<Context>, choices: Choices) {
  return builder.objectRef<NamedRelation>('Relation').implement({
    description: 'A relation between two entities as it is in force, every default filled in.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'The name, as in `items`.' }),
      type: t.field({
        type: choices.relationType,
        description: 'How many records are on either side.',
        resolve: ({ type }) => type,
      }),
      source: t.exposeString('source', { description: 'The entity that the relation belongs to.' }),
      target: t.exposeString('target', { description: 'The entity that it leads to.' }),
      sourceSide: t.string({
        description: 'What it is called on its source.',
        resolve: ({ sides }) => sides.source,
      }),
      targetSide: t.string({
        description: 'What it is called on its target.',
        resolve: ({ sides }) => sides.target,
      }),
      targetKey: t.string({
        nullable: true,
        description: 'The field of the target that holds the key of the source.',
        resolve: findTargetKey,
      }),
      joinTable: t.string({
        nullable: true,
        description: 'The table between the two.',
        resolve: (relation) => findJoin(relation)?.joinTable,
      }),
      sourceJoinKey: t.string({
        nullable: true,
        description: 'The column of the join table that holds the key of the source.',
        resolve: (relation) => findJoin(relation)?.sourceJoinKey,
      }),
      targetJoinKey: t.string({
        nullable: true,
        description: 'The column of the join table that holds the key of the target.',
        resolve: (relation) => findJoin(relation)?.targetJoinKey,
      }),
      ownership: t.field({
        type: choices.ownership,
        description: 'What happens to a target that is taken away from its source.',
        resolve: ({ ownership }) => ownership,
      }),
      onDelete: t.field({
        type: choices.onDelete,
        description: 'What happens to the targets when their source is deleted.',
        resolve: ({ onDelete }) => onDelete,
      }),
      writeMode: t.field({
        type: choices.writeMode,
        description: 'How a nested write treats the targets that it does not name.',
        resolve: ({ writeMode }) => writeMode,
      }),
    }),
  })
}

function findTargetKey(relation: NamedRelation): string | undefined {
  return relation.type === 'many_to_many' ? undefined : relation.targetKey
}

function findJoin(relation: NamedRelation): JoinRelation | undefined {
  return relation.type === 'many_to_many' ? relation : undefined
}

/** Adds the input type RelationInput. */
export function addRelationInput(builder: Builder<Context>, choices: Choices) {
  return builder.inputType('RelationInput', {
    description: 'The whole definition of a relation.',
    fields: (t) => ({
      name: t.string({ required: true, description: 'What it is called on its source, such as `items`.' }),
      type: t.field({
        type: choices.relationType,
        required: true,
        description: 'How many records are on either side.',
      }),
      source: t.string({ required: true, description: 'The entity that the relation belongs to.' }),
      target: t.string({ required: true, description: 'The entity that it leads to.' }),
      inverse: t.string({
        description: 'What it is called on its target; by default the target key without `_id`.',
      }),
      sourceKey: t.string({ description: 'The key of the source; only its primary key will do.' }),
      targetKey: t.string({
        description: 'The field of the target that holds the key of the source; by default `<source>_id`.',
      }),
      joinTable: t.string({
        description: 'MANY_TO_MANY: the table between the two; by default `<source>_<name>`.',
      }),
      sourceJoinKey: t.string({
        description: 'MANY_TO_MANY: the column for the key of the source; by default `<source>_id`.',
      }),
      targetJoinKey: t.string({
        description: 'MANY_TO_MANY: the column for the key of the target; by default `<target>_id`.',
      }),
      ownership: t.field({
        type: choices.ownership,
        description: 'By default SOURCE; NONE for MANY_TO_MANY.',
      }),
      onDelete: t.field({
        type: choices.onDelete,
        description: 'By default RESTRICT; DETACH for MANY_TO_MANY.',
      }),
      writeMode: t.field({ type: choices.writeMode, description: 'By default DIFF.' }),
    }),
  })
}
