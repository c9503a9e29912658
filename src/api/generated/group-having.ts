// Reads `having` into conditions on groups, within limits of depth and size.
import type { Field } from '../../metadata/field.ts'
import type { Having } from '../../pipeline/reads/having.ts'
import type { Figure, Measure } from '../../pipeline/reads/measure.ts'
import { joinPath } from '../../reader.ts'
import {
  countOperand,
  type Operand,
  operandOf,
  plainOperand,
  readConditions,
  refuse,
  refuseSize,
} from './conditions.ts'
import { hasFigure, isFigure } from './measures.ts'
import type { Shape } from './shape.ts'
import { readEntries } from './where.ts'

type Reader = Readonly<{ shape: Shape; depth: number; budget: { left: number } }>

/** Reads conditions on groups; absent or null is always true. */
export function readHaving(shape: Shape, having: unknown): Having {
  if (having == null) return { kind: 'all', parts: [] }
  return readObject({ shape, depth: 1, budget: { left: shape.limits.having } }, having, 'having')
}

function readObject(reader: Reader, given: unknown, path: string): Having {
  const { filterDepth } = reader.shape.limits
  if (reader.depth > filterDepth)
    throw refuseSize(path, `is nested too deep; at most ${filterDepth} levels are allowed`)
  const parts = readEntries(given, path).map(([key, value]) =>
    readPart(reader, key, value, joinPath(path, key)),
  )
  return { kind: 'all', parts }
}

function readPart(reader: Reader, key: string, value: unknown, path: string): Having {
  const deeper = { ...reader, depth: reader.depth + 1 }
  if (key === 'not') return { kind: 'not', part: readObject(deeper, value, path) }
  if (key === 'and' || key === 'or') {
    const items = Array.isArray(value) ? value : [value]
    spend(reader, items.length, path)
    const parts = items.map((item, index) => readObject(deeper, item, joinPath(path, index)))
    return { kind: key === 'and' ? 'all' : 'any', parts }
  }
  if (key === 'count') return readMeasure(reader, { kind: key }, countOperand, value, path)
  if (!isFigure(key)) throw refuse(path, 'is not known here')
  const parts = readEntries(value, path).map(([name, conditions]) => {
    const at = joinPath(path, name)
    const field = reader.shape.columns.get(name)
    if (!field || !hasFigure(reader.shape.entity, key, field)) throw refuse(at, 'is not known here')
    return readMeasure(reader, { kind: key, field }, figureOperand(key, field), conditions, at)
  })
  return { kind: 'all', parts }
}

/** Sums and averages can be of any size, whatever fits into the field. */
function figureOperand(figure: Figure, field: Field): Operand {
  if (figure === 'min' || figure === 'max') return operandOf(field)
  return plainOperand(field.type === 'float' ? 'float' : 'decimal')
}

function readMeasure(
  reader: Reader,
  measure: Measure,
  operand: Operand,
  given: unknown,
  path: string,
): Having {
  const conditions = readConditions(reader.shape.limits, operand, given, path)
  spend(reader, conditions.length, path)
  return { kind: 'all', parts: conditions.map((condition) => ({ kind: 'measure', measure, condition })) }
}

function spend({ budget, shape }: Reader, conditions: number, path: string): void {
  budget.left -= conditions
  if (budget.left < 0)
    throw refuseSize(path, `is one condition too many; at most ${shape.limits.having} are allowed in all`)
}
