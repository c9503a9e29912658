// The filters of single values: one shared input per kind of value, and one for each enum.
import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
} from 'graphql'
import type { Field } from '../../metadata/field.ts'
import { scalars } from '../fixed/scalars.ts'
import type { LeafType } from './leaf-types.ts'

const operatorTexts = {
  eq: 'Equal to',
  neq: 'Not equal to; null counts as different',
  in: 'Equal to one of these, at most 1,000',
  notIn: 'Equal to none of these; null is none of them',
  isNull: 'Whether there is no value',
  gt: 'Greater than',
  gte: 'Greater than or equal to',
  lt: 'Less than',
  lte: 'Less than or equal to',
  contains: 'Has this in it; texts literally and case-sensitively',
  startsWith: 'Begins with this text, literally and case-sensitively',
  endsWith: 'Ends with this text, literally and case-sensitively',
  ieq: 'Equal to this text whatever the case of letters',
  icontains: 'Has this text in it, literally, whatever the case of letters',
  istartsWith: 'Begins with this text, literally, whatever the case of letters',
  iendsWith: 'Ends with this text, literally, whatever the case of letters',
  like: 'Matches the pattern: % is any text, _ any character, \\ takes the next one literally',
  ilike: 'Matches the pattern of like whatever the case of letters',
} as const
type Operator = keyof typeof operatorTexts

const equality = ['eq', 'neq', 'in', 'notIn', 'isNull'] as const
const comparing = [...equality, 'gt', 'gte', 'lt', 'lte'] as const
const matching = [
  ...equality,
  'contains',
  'startsWith',
  'endsWith',
  'like',
  'ieq',
  'icontains',
  'istartsWith',
  'iendsWith',
  'ilike',
] as const
const comparingJson = ['eq', 'neq', 'in', 'gt', 'gte', 'lt', 'lte', 'isNull'] as const

function operatorType(operator: Operator, leaf: LeafType): GraphQLInputType {
  if (operator === 'isNull') return GraphQLBoolean
  return operator === 'in' || operator === 'notIn' ? new GraphQLList(new GraphQLNonNull(leaf)) : leaf
}

function buildOperators(leaf: LeafType, operators: readonly Operator[]) {
  return Object.fromEntries(
    operators.map((operator) => [
      operator,
      { type: operatorType(operator, leaf), description: operatorTexts[operator] },
    ]),
  )
}

function buildLeafInput(
  name: string,
  leaf: LeafType,
  operators: readonly Operator[],
): GraphQLInputObjectType {
  return new GraphQLInputObjectType({
    name,
    description: `Conditions on a value of type ${leaf.name}; several are all meant`,
    fields: () => buildOperators(leaf, operators),
  })
}

const jsonPathFilter = new GraphQLInputObjectType({
  name: 'JSONPathFilter',
  description: 'Conditions on what stands at one place of a JSON value; several are all meant',
  fields: () => ({
    at: {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(GraphQLString))),
      description:
        'Where it stands: keys, and positions in lists counted from 0, such as ["lines", "0", "street"]',
    },
    ...buildOperators(scalars.JSON, comparingJson),
  }),
})

const jsonFilter = new GraphQLInputObjectType({
  name: 'JSONFilter',
  description: 'Conditions on a value of type JSON; several are all meant',
  fields: () => ({
    ...buildOperators(scalars.JSON, ['isNull', 'contains']),
    path: { type: jsonPathFilter, description: 'A condition on what stands at one place of the value' },
  }),
})

/** The filter of whole numbers, which counts have too. */
export const intFilter = buildLeafInput('IntFilter', GraphQLInt, comparing)
/** The filters of numbers with a fraction, which sums and averages have too. */
export const floatFilter = buildLeafInput('FloatFilter', GraphQLFloat, comparing)
export const decimalFilter = buildLeafInput('DecimalFilter', scalars.Decimal, comparing)

const fileFilter = buildLeafInput('FileFilter', GraphQLID, ['isNull'])

const filtersByLeaf = new Map<LeafType, GraphQLInputObjectType>([
  [GraphQLID, buildLeafInput('IDFilter', GraphQLID, equality)],
  [GraphQLBoolean, buildLeafInput('BooleanFilter', GraphQLBoolean, equality)],
  [GraphQLString, buildLeafInput('StringFilter', GraphQLString, matching)],
  [GraphQLInt, intFilter],
  [GraphQLFloat, floatFilter],
  [scalars.BigInt, buildLeafInput('BigIntFilter', scalars.BigInt, comparing)],
  [scalars.Decimal, decimalFilter],
  [scalars.DateTime, buildLeafInput('DateTimeFilter', scalars.DateTime, comparing)],
  [scalars.Date, buildLeafInput('DateFilter', scalars.Date, comparing)],
  [scalars.Time, buildLeafInput('TimeFilter', scalars.Time, comparing)],
  [scalars.JSON, jsonFilter],
])

/** The inputs that all schemas share. */
export const sharedFilters: readonly GraphQLInputObjectType[] = [
  ...filtersByLeaf.values(),
  fileFilter,
  jsonPathFilter,
]

/** Makes the filter of one leaf type: shared for scalars, its own for an enum. */
export function buildLeafFilter(
  field: Field,
  leaf: LeafType,
  takeName: (name: string) => string,
): GraphQLInputObjectType {
  if (field.type === 'file') return fileFilter
  return filtersByLeaf.get(leaf) ?? buildLeafInput(takeName(`${leaf.name}Filter`), leaf, equality)
}
