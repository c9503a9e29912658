// The types of what is measured of a list of an entity; extremes share one type, so that an entity needs few.
import {
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  GraphQLFloat,
  GraphQLInt,
  GraphQLNonNull,
  GraphQLObjectType,
} from 'graphql'
import type { Field } from '../../metadata/field.ts'
import type { Figure } from '../../pipeline/reads/measure.ts'
import { scalars } from '../fixed/scalars.ts'
import { type LeafType, leafOf } from './leaf-types.ts'
import { type Aggregate, hasFigure } from './measures.ts'
import type { Shape } from './shape.ts'

type LeafTypes = ReadonlyMap<string, LeafType>
type TakeName = (suffix: string) => string
type Part = GraphQLFieldConfig<Aggregate, unknown>

/** Makes the type of what is measured of rows of an entity; a kind of figure that no field has is left out. */
export function buildAggregate(
  take: TakeName,
  shape: Shape,
  leafTypes: LeafTypes,
): GraphQLObjectType<Aggregate> {
  const name = take('Aggregate')
  const extremes = buildFigures(take('Extremes'), 'min', shape, leafTypes)
  const parts: Readonly<Record<string, Part | undefined>> = {
    count: { type: new GraphQLNonNull(GraphQLInt), description: 'How many rows there are' },
    countDistinct: part(
      buildFigures(take('CountDistinct'), 'countDistinct', shape, leafTypes),
      'How many different values there are, null not among them',
    ),
    sum: part(buildFigures(take('Sum'), 'sum', shape, leafTypes), 'Sums; null where there are no values'),
    avg: part(
      buildFigures(take('Average'), 'avg', shape, leafTypes),
      'Averages of the values that are not null; null where there are none',
    ),
    min: part(extremes, 'Least values; null where there are none'),
    max: part(extremes, 'Greatest values; null where there are none'),
  }
  const present = Object.entries(parts).filter((entry): entry is [string, Part] => entry[1] !== undefined)
  return new GraphQLObjectType({
    name,
    description: `What is measured of ${shape.entity.name} rows; only what is asked for is computed`,
    fields: Object.fromEntries(present),
  })
}

function part(type: GraphQLObjectType | undefined, description: string): Part | undefined {
  return type && { type: new GraphQLNonNull(type), description }
}

function buildFigures(
  name: string,
  figure: Figure,
  { entity, columns }: Shape,
  leafTypes: LeafTypes,
): GraphQLObjectType | undefined {
  const measured = [...columns].filter(([, field]) => hasFigure(entity, figure, field))
  if (measured.length === 0) return undefined
  const buildFields = (): GraphQLFieldConfigMap<unknown, unknown> =>
    Object.fromEntries(
      measured.map(([apiName, field]) => [
        apiName,
        { type: figureType(figure, field, leafOf(leafTypes, field.name)), description: `Of ${field.name}` },
      ]),
    )
  return new GraphQLObjectType({
    name,
    description: `${figureTexts[figure]} of fields of ${entity.name}`,
    fields: buildFields,
  })
}

const figureTexts: Readonly<Record<Figure, string>> = {
  countDistinct: 'Numbers of different values',
  sum: 'Sums',
  avg: 'Averages',
  min: 'Least or greatest values',
  max: 'Least or greatest values',
}

function figureType(figure: Figure, { type }: Field, leaf: LeafType): LeafType | GraphQLNonNull<LeafType> {
  if (figure === 'countDistinct') return new GraphQLNonNull(GraphQLInt)
  if (figure === 'min' || figure === 'max') return leaf
  if (type === 'float') return GraphQLFloat
  return figure === 'sum' && type === 'int' ? scalars.BigInt : scalars.Decimal
}
