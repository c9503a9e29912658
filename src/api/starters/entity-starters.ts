// Operations to start from with one entity: a list with a filter, one record, a new one, a step of its state machine.
import {
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isObjectType,
  isScalarType,
} from 'graphql'
import type { Registry, RegistryEntity } from '../../metadata/registry.ts'
import { camelCase, listName, mutationNames, pascalCase } from '../generated/names.ts'
import { writeSampleInput } from './sample-value.ts'
import { findEnumName, findRecordType, writeSelection } from './selection.ts'
import type { Sample, Starter } from './starter.ts'

/** One entity in the schema of somebody. */
type Desk = Readonly<{ registry: Registry; schema: GraphQLSchema; entity: RegistryEntity; group: string }>
type RootField = GraphQLField<unknown, unknown>

/** The starters of an entity as far as the schema has what they need; each is valid by it. */
export function buildEntityStarters(
  registry: Registry,
  schema: GraphQLSchema,
  entity: RegistryEntity,
): readonly Starter[] {
  const desk = { registry, schema, entity, group: entity.plural.replaceAll('_', ' ') }
  return [...buildList(desk), ...buildOne(desk), ...buildCreate(desk), ...buildTransition(desk)]
}

function findQuery({ schema }: Desk, name: string): RootField | undefined {
  return schema.getQueryType()?.getFields()[name]
}

function findMutation({ schema }: Desk, name: string): RootField | undefined {
  return schema.getMutationType()?.getFields()[name]
}

function findType({ entity, schema }: Desk): GraphQLObjectType | undefined {
  const type = schema.getType(pascalCase(entity.name))
  return isObjectType(type) ? type : undefined
}

function nameOne({ name }: RegistryEntity): string {
  return name.replaceAll('_', ' ')
}

function buildList(desk: Desk): readonly Starter[] {
  const list = listName(desk.entity)
  const field = findQuery(desk, list)
  const type = findType(desk)
  if (field === undefined || type === undefined) return []
  const condition = findCondition(field)
  const where = condition === undefined ? '' : `where: { ${condition} }, `
  const note = condition === undefined ? 'the first ten' : 'the first ten that a filter lets through'
  return [
    {
      group: desk.group,
      title: 'List with a filter',
      query: `# ${capitalize(desk.group)}: ${note}, and how many there are.
query List${pascalCase(desk.entity.plural)} {
  ${list}(${where}first: 10) {
    totalCount
    nodes ${writeSelection(type)}
    pageInfo { hasNextPage endCursor }
  }
}`,
      samples: [],
    },
  ]
}

const operators: Readonly<Record<string, string>> = {
  BooleanFilter: 'neq: true',
  StringFilter: 'neq: ""',
  IntFilter: 'gte: 0',
  DateTimeFilter: 'gte: "2020-01-01T00:00:00.000Z"',
}

/** A condition that shows the form of a filter and lets most through. */
function findCondition({ args }: RootField): string | undefined {
  const where = args.find(({ name }) => name === 'where')
  const filter = where && getNamedType(where.type)
  if (!isInputObjectType(filter)) return undefined
  const conditions = Object.values(filter.getFields()).flatMap(({ name, type }) => {
    const operator = writeOperator(getNamedType(type))
    return operator === undefined
      ? []
      : [{ condition: `${name}: { ${operator} }`, isState: isStateOperator(operator) }]
  })
  return (conditions.find(({ isState }) => isState) ?? conditions[0])?.condition
}

/** States make the filters that people look for first. */
function isStateOperator(operator: string): boolean {
  return operator.startsWith('in: ')
}

function writeOperator(type: unknown): string | undefined {
  if (!isInputObjectType(type)) return undefined
  const eq = type.getFields().eq
  const value = eq && getNamedType(eq.type)
  if (isEnumType(value)) return `in: [${firstNames(value)}]`
  return operators[type.name]
}

function firstNames(type: GraphQLEnumType): string {
  return type
    .getValues()
    .slice(0, 3)
    .map(({ name }) => name)
    .join(', ')
}

function buildOne(desk: Desk): readonly Starter[] {
  const one = camelCase(desk.entity.name)
  const field = findQuery(desk, one)
  const type = field && findRecordType(field.type)
  if (type === undefined) return []
  return [
    {
      group: desk.group,
      title: 'One by id',
      query: `# One ${nameOne(desk.entity)} by its id, which stands in the variables below.
query One${pascalCase(desk.entity.name)}($id: ID!) {
  ${one}(id: $id) ${writeSelection(type)}
}`,
      samples: findSample(desk, desk.entity, 'id'),
    },
  ]
}

/** Where a variable gets the id of a record of an entity from, where those can be listed. */
function findSample(desk: Desk, entity: RegistryEntity, variable: string, where = ''): readonly Sample[] {
  const list = listName(entity)
  const query = `{ ${list}(${where}first: 1) { nodes { id } } }`
  return findQuery(desk, list) ? [{ variable, query }] : []
}

function buildCreate(desk: Desk): readonly Starter[] {
  const { create } = mutationNames(desk.entity)
  const field = findMutation(desk, create)
  const input = field?.args.find(({ name }) => name === 'input')
  const inputType = input && getNamedType(input.type)
  if (field === undefined) return []
  const references: string[] = []
  const writeReference = (name: string): string => {
    references.push(name)
    return `$${name}`
  }
  const given = isInputObjectType(inputType) ? writeSampleInput(inputType, writeReference) : undefined
  return [
    {
      group: desk.group,
      title: 'Create one',
      query: `# A new ${nameOne(desk.entity)}: this is written when you run it.
mutation Create${pascalCase(desk.entity.name)}${writeVariables(references)} {
  ${create}${given === undefined ? '' : `(input: ${given})`}${writeResult(field)}
}`,
      samples: references.flatMap((name) => findReferenceSample(desk, name)),
    },
  ]
}

function writeVariables(references: readonly string[]): string {
  return references.length === 0 ? '' : `(${references.map((name) => `$${name}: ID!`).join(', ')})`
}

/** Those who may not read what they write get a word that it is written. */
function writeResult({ type }: RootField): string {
  const record = findRecordType(type)
  return record === undefined ? '' : ` ${writeSelection(record)}`
}

function findReferenceSample(desk: Desk, name: string): readonly Sample[] {
  const end = desk.entity.ends.find((each) => !each.isList && camelCase(each.localColumn) === name)
  const other = end && desk.registry.entities.get(end.other)
  return other === undefined ? [] : findSample(desk, other, name)
}

function buildTransition(desk: Desk): readonly Starter[] {
  const { machine } = desk.entity.behaviour
  const { transition: name } = mutationNames(desk.entity)
  const field = findMutation(desk, name)
  const type = findType(desk)
  const to = field?.args.find((each) => each.name === 'to')
  if (machine === undefined || field === undefined || type === undefined || to === undefined) return []
  const target = getNamedType(to.type)
  const state = camelCase(machine.field.name)
  const [step] = machine.transitions.flatMap((each) => {
    const written = writeTarget(target, each.to)
    return written === undefined ? [] : [{ from: each.from[0], to: each.to, written }]
  })
  if (step === undefined) return []
  const from = findEnumName(type, state, step.from)
  const one = nameOne(desk.entity)
  const way = [...(step.from === undefined ? [] : [`from ${step.from}`]), `to ${step.to}`].join(' ')
  return [
    {
      group: desk.group,
      title: inOneLine(`Move one to ${step.to}`),
      query: `# The next step of ${one}: the one with the id in the variables below goes ${inOneLine(way)}.
mutation Move${pascalCase(desk.entity.name)}($id: ID!) {
  ${name}(id: $id, to: ${step.written})${writeMoved(field, state)}
}`,
      samples: findSample(
        desk,
        desk.entity,
        'id',
        from === undefined ? '' : `where: { ${state}: { eq: ${from} } }, `,
      ),
    },
  ]
}

function writeTarget(type: unknown, state: string): string | undefined {
  if (isScalarType(type)) return JSON.stringify(state)
  return isEnumType(type) ? type.getValues().find(({ value }) => value === state)?.name : undefined
}

function writeMoved(field: RootField, state: string): string {
  const record = findRecordType(field.type)
  if (record === undefined) return ''
  const options = 'transitions' in record.getFields() ? ' transitions { to allowed reason }' : ''
  return ` { id ${state}${options} }`
}

/** States may be any text; a comment ends with its line. */
function inOneLine(text: string): string {
  return text.replaceAll(/[\s_]+/g, ' ')
}

function capitalize(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}
