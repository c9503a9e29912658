// What rows are grouped by, and the keys of groups that come back; dates are grouped by their parts.
import {
  GraphQLBoolean,
  GraphQLEnumType,
  type GraphQLFieldConfigMap,
  type GraphQLInputFieldConfigMap,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLObjectType,
} from 'graphql'
import type { Field } from '../../metadata/field.ts'
import type { RelationEnd } from '../../metadata/registry.ts'
import {
  type CyclicPart,
  cyclicParts,
  type DatePart,
  hasPart,
  isSpan,
  spans,
} from '../../pipeline/reads/date-part.ts'
import { type LeafType, leafOf } from './leaf-types.ts'
import { isEquatable } from './measures.ts'
import { camelCase } from './names.ts'
import type { Shape } from './shape.ts'

const cyclicTexts: Readonly<Record<CyclicPart, string>> = {
  MONTH_OF_YEAR: 'The month whatever the year, from 1 to 12',
  DAY_OF_WEEK: 'The day whatever the week, from 1 for Monday to 7',
  HOUR_OF_DAY: 'The hour whatever the day, from 0 to 23',
}

function describePart(part: DatePart): string {
  return isSpan(part)
    ? `The ${part.toLowerCase()}, told by the moment it begins with${part === 'WEEK' ? ', a Monday' : ''}`
    : cyclicTexts[part]
}

const DatePartEnum = new GraphQLEnumType({
  name: 'DatePart',
  description: 'The part of a date or moment that groups have in common, in the time zone asked for',
  values: Object.fromEntries(
    [...spans, ...cyclicParts].map((part) => [part, { description: describePart(part) }]),
  ),
})

const DateParts = new GraphQLObjectType({
  name: 'DateParts',
  description: 'The numbers of a date that a group has in common; null when not grouped by them',
  fields: Object.fromEntries(
    cyclicParts.map((part) => [namePart(part), { type: GraphQLInt, description: cyclicTexts[part] }]),
  ),
})

/** The field of DateParts: `DAY_OF_WEEK` becomes `dayOfWeek`. */
export function namePart(part: CyclicPart): string {
  return camelCase(part.toLowerCase())
}

/** The field of a group key that has the numbers of a date. */
export function nameParts(shape: Shape, apiName: string): string {
  const name = `${apiName}Parts`
  return shape.fields.has(name) ? `${name}_` : name
}

/** Whether values of the field are grouped by a part and not by themselves. */
export function isDated({ type }: Field): boolean {
  return hasPart(type, 'DAY')
}

function toOne({ fields }: Shape): readonly (readonly [string, RelationEnd])[] {
  return [...fields].flatMap(([apiName, field]) =>
    field.kind === 'relation' && !field.end.isList ? [[apiName, field.end] as const] : [],
  )
}

/** Makes the input that names one key; `groupByBehind` gives that of the entity behind a relation to one. */
export function buildGroupBy(
  name: string,
  shape: Shape,
  groupByBehind: (end: RelationEnd) => GraphQLInputObjectType,
): GraphQLInputObjectType {
  const buildFields = (): GraphQLInputFieldConfigMap => {
    const fields: GraphQLInputFieldConfigMap = {}
    for (const [apiName, field] of shape.columns)
      if (isEquatable(field))
        fields[apiName] = isDated(field)
          ? { type: DatePartEnum, description: `By a part of ${field.name}` }
          : { type: GraphQLBoolean, description: `true: by ${field.name}` }
    for (const [apiName, end] of toOne(shape))
      fields[apiName] = { type: groupByBehind(end), description: `By the ${end.other} behind it` }
    return fields
  }
  const description = `One key to group ${shape.entity.name} by`
  return new GraphQLInputObjectType({ name, description, isOneOf: true, fields: buildFields })
}

/** Makes the type of the keys of a group; `groupKeyBehind` gives that of the entity behind a relation to one. */
export function buildGroupKey(
  name: string,
  shape: Shape,
  leafTypes: ReadonlyMap<string, LeafType>,
  groupKeyBehind: (end: RelationEnd) => GraphQLObjectType,
): GraphQLObjectType {
  const buildFields = (): GraphQLFieldConfigMap<unknown, unknown> => {
    const fields: GraphQLFieldConfigMap<unknown, unknown> = {}
    for (const [apiName, field] of shape.columns) {
      if (!isEquatable(field)) continue
      const what = isDated(field) ? `The beginning of the part of ${field.name}` : `The ${field.name}`
      fields[apiName] = { type: leafOf(leafTypes, field.name), description: what }
      if (isDated(field))
        fields[nameParts(shape, apiName)] = { type: DateParts, description: `Numbers of ${field.name}` }
    }
    for (const [apiName, end] of toOne(shape)) {
      const description = `Keys of the ${end.other} behind it; null where there is no visible one`
      fields[apiName] = { type: groupKeyBehind(end), description }
    }
    return fields
  }
  const description = `What the ${shape.entity.name} rows of a group have in common; null where that is null and where it is no key`
  return new GraphQLObjectType({ name, description, fields: buildFields })
}
