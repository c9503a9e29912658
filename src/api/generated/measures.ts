// Which figures the API has of which fields, what of them a request asks for, and how their values are told.
import type { FieldNode } from 'graphql'
import type { Field } from '../../metadata/field.ts'
import type { RegistryEntity } from '../../metadata/registry.ts'
import type { FieldType } from '../../metadata/value.ts'
import { type Figure, figures, type Measure, type Measured } from '../../pipeline/reads/measure.ts'
import { isKey } from './leaf-types.ts'
import { type Request, selectFields } from './selection.ts'
import type { Shape } from './shape.ts'

const numbers: ReadonlySet<FieldType> = new Set(['int', 'bigint', 'float', 'decimal'])
const opaque: ReadonlySet<FieldType> = new Set(['json', 'file'])
const unordered: ReadonlySet<FieldType> = new Set([...opaque, 'uuid', 'boolean'])

/** Whether the API has the figure of the field. Keys are counted only: no sum and no extreme of them says anything. */
export function hasFigure(entity: RegistryEntity, figure: Figure, field: Field): boolean {
  if (figure === 'countDistinct') return isEquatable(field)
  if (isKey(entity, field)) return false
  return figure === 'min' || figure === 'max' ? !unordered.has(field.type) : numbers.has(field.type)
}

/** Whether two values of the field can be told to be the same. */
export function isEquatable(field: Field): boolean {
  return !opaque.has(field.type)
}

export function isFigure(name: string): name is Figure {
  return figures.some((figure) => figure === name)
}

/** A measure with the name that its field has in the API. */
export type AskedMeasure = Readonly<{ measure: Measure; name: string }>

/** The measures that the selections below nodes of an aggregate ask for, each once. */
export function selectMeasures(
  request: Request,
  shape: Shape,
  nodes: readonly FieldNode[],
): readonly AskedMeasure[] {
  const asked = new Map<string, AskedMeasure>()
  for (const part of selectFields(request, nodes)) {
    const kind = part.name.value
    if (kind === 'count') asked.set(kind, { measure: { kind }, name: kind })
    if (!isFigure(kind)) continue
    for (const { name } of selectFields(request, [part])) {
      const field = shape.columns.get(name.value)
      if (field) asked.set(`${kind}.${name.value}`, { measure: { kind, field }, name: name.value })
    }
  }
  return [...asked.values()]
}

/** The value of an aggregate: what was not asked for is not there. */
export type Aggregate = Readonly<{ count: unknown } & Record<Figure, Readonly<Record<string, unknown>>>>

export function tellAggregate(asked: readonly AskedMeasure[], measured: Measured): Aggregate {
  const told = {
    count: undefined as unknown,
    countDistinct: {} as Record<string, unknown>,
    sum: {} as Record<string, unknown>,
    avg: {} as Record<string, unknown>,
    min: {} as Record<string, unknown>,
    max: {} as Record<string, unknown>,
  }
  for (const [index, { measure, name }] of asked.entries())
    if (measure.kind === 'count') told.count = measured[index]
    else told[measure.kind][name] = measured[index]
  return told
}
