// The fields of Query and Mutation that an entity has.
import { listArguments } from './objects.ts'
import { camelCase, type Part, pascalCase } from './refs.ts'

export function addRoots(part: Part): void {
  addQueries(part)
  addMutations(part)
}

function addQueries({ api, entity, findTypes }: Part): void {
  const types = findTypes(entity.name)
  const name = camelCase(entity.name)
  api.queryFields((t) => ({
    [name]: t.field({
      type: types.object,
      nullable: true,
      description: `The ${entity.name} with this id`,
      args: { id: t.arg.id({ required: true, description: 'The key' }) },
      resolve: () => null,
    }),
    [`${name}By`]: t.field({
      type: types.object,
      nullable: true,
      description: `The ${entity.name} with this unique key`,
      args: { key: t.arg({ type: types.uniqueKey, required: true, description: 'One of the keys' }) },
      resolve: () => null,
    }),
    [`${name}List`]: t.field({
      type: types.connection,
      description: `The ${entity.name} records`,
      args: listArguments(api, types),
      resolve: () => ({}),
    }),
  }))
}

function addMutations({ api, entity, findTypes }: Part): void {
  const { object, createInput, updateInput } = findTypes(entity.name)
  const name = pascalCase(entity.name)
  api.mutationFields((t) => ({
    [`create${name}`]: t.field({
      type: object,
      nullable: true,
      description: `Creates a ${entity.name}`,
      args: { input: t.arg({ type: createInput, required: true, description: 'The record' }) },
      resolve: () => null,
    }),
    [`update${name}`]: t.field({
      type: object,
      nullable: true,
      description: `Changes a ${entity.name}`,
      args: {
        id: t.arg.id({ required: true, description: 'The key' }),
        input: t.arg({ type: updateInput, required: true, description: 'What changes' }),
      },
      resolve: () => null,
    }),
    [`delete${name}`]: t.field({
      type: object,
      nullable: true,
      description: `Deletes a ${entity.name}`,
      args: { id: t.arg.id({ required: true, description: 'The key' }) },
      resolve: () => null,
    }),
  }))
}
