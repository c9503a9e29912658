// The inputs of nested writes: for each relation that begins at an entity, its rows and what becomes of the others.
import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLID,
  type GraphQLInputFieldConfig,
  GraphQLInputObjectType,
  GraphQLList,
  GraphQLNonNull,
} from 'graphql'
import type { RelationEnd } from '../../metadata/registry.ts'
import { buildOptional, type LeafTypes, listChangeable } from './given-fields.ts'
import { pascalCase } from './names.ts'
import type { Shape } from './shape.ts'

const WriteMode = new GraphQLEnumType({
  name: 'WriteMode',
  description: 'What a list of nested rows means for the rows that are there already',
  values: {
    DIFF: { value: 'diff', description: 'Rows that are not named stay as they are' },
    REPLACE: { value: 'replace', description: 'Rows that are not named are removed' },
    APPEND: { value: 'append', description: 'Rows are only added; those with an id stay as they are' },
  },
})

/** The types of one relation: the input itself, and that of its rows. */
export type RelationInput = Readonly<{
  end: RelationEnd
  input: GraphQLInputObjectType
  row: GraphQLInputObjectType
}>
/** By the names that the relations have in the API. */
export type RelationInputs = ReadonlyMap<string, RelationInput>
/** What is asked of the entity behind a relation. */
export type Behind = Readonly<{ shape: Shape; leafTypes: LeafTypes; relationInputs: RelationInputs }>

/** Makes the inputs of all relations that begin at the entity; `findBehind` is asked when fields are first looked at. */
export function buildRelationInputs(
  take: (suffix: string) => string,
  shape: Shape,
  findBehind: (entity: string) => Behind,
): RelationInputs {
  const inputs = new Map<string, RelationInput>()
  for (const [apiName, end] of shape.nested) {
    const prefix = pascalCase(end.name)
    const row = buildRow(take(`${prefix}NestedRow`), shape, end, () => findBehind(end.other))
    inputs.set(apiName, { end, row, input: buildInput(take(`${prefix}RelationInput`), end, row) })
  }
  return inputs
}

/** The parts that inputs of an entity have for its relations. */
export function buildRelationParts(relations: RelationInputs): Record<string, GraphQLInputFieldConfig> {
  return Object.fromEntries(
    [...relations].map(([apiName, { end, input }]) => [
      apiName,
      { type: input, description: `The ${end.other} rows that belong to it; absent or null changes none` },
    ]),
  )
}

function buildInput(name: string, end: RelationEnd, row: GraphQLInputObjectType): GraphQLInputObjectType {
  const { relation, other } = end
  const list = new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(row)))
  return new GraphQLInputObjectType({
    name,
    description: `Rows of the relation ${relation.source}.${relation.name}`,
    fields: {
      mode: {
        type: WriteMode,
        description: `What becomes of the other rows; ${relation.writeMode.toUpperCase()} when absent`,
      },
      data: end.isList
        ? { type: list, description: `The ${other} rows` }
        : { type: row, description: `The one ${other}; absent or null is none` },
    },
  })
}

function buildRow(
  name: string,
  shape: Shape,
  end: RelationEnd,
  findBehind: () => Behind,
): GraphQLInputObjectType {
  return new GraphQLInputObjectType({
    name,
    description: `One ${end.other} of the ${shape.entity.name}: with id one that exists, without a new one`,
    fields: () => ({ ...buildMarks(shape, end), ...buildRowParts(shape, end, findBehind()) }),
  })
}

function buildMarks({ view }: Shape, end: RelationEnd): Record<string, GraphQLInputFieldConfig> {
  const rights = view.nested.get(end)
  const found = end.join ? 'the one to link, which the other fields change' : 'one that belongs here already'
  const create = {
    type: GraphQLBoolean,
    description: 'true: the row is new and shall have the id that is given',
  }
  const remove = {
    type: GraphQLBoolean,
    description: 'true: take the row out; needs its id and nothing else',
  }
  return {
    id: { type: GraphQLID, description: `The key of the ${end.other}: of ${found}; absent for a new one` },
    ...(rights?.canCreate ? { create } : {}),
    ...(rights?.canRemove ? { delete: remove } : {}),
  }
}

/** The key that leads to the parent is handed down, so nobody gives it. */
function buildRowParts(
  { view }: Shape,
  end: RelationEnd,
  { shape, leafTypes, relationInputs }: Behind,
): Record<string, GraphQLInputFieldConfig> {
  const rights = view.nested.get(end)
  const given = listChangeable(shape, rights?.fields).filter(
    ([, field]) => end.join || field.name !== end.remoteColumn,
  )
  return {
    ...buildOptional(shape.entity, given, leafTypes, ''),
    ...(rights?.canCreate || rights?.canChange ? buildRelationParts(relationInputs) : {}),
  }
}
