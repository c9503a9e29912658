// What a condition may take at most for one row, whatever the row holds; so that no row uses up the budget.
import { listParts } from './reads.ts'
import { isFixed } from './sql-fixed.ts'
import type { Typed } from './syntax.ts'

/** The rest is for the parts that no row decides. */
const mostCost = 7_000
/** Steps to go through the longest text that a row may hold, and to multiply its longest numbers. */
const textCost = 100
const productCost = 400
const mostFactors = 4

/** The steps that the part can take for a row at most. */
export function measureCost(part: Typed): number {
  if (isFixed(part)) return 0
  return 1 + costOf(part) + listParts(part).reduce((sum, inner) => sum + measureCost(inner), 0)
}

/** Why the part is too much for one row; undefined when it is not. */
export function findExcess(part: Typed): string | undefined {
  if (countFactors(part) > mostFactors)
    return `multiplies more than ${mostFactors} numbers with each other, which is too much for a permission`
  return measureCost(part) > mostCost ? 'is too long for a permission; divide it' : undefined
}

function costOf(part: Typed): number {
  if (part.kind === 'call') return (part.args.length + 1) * textCost
  if (part.kind !== 'binary') return 0
  const { operator, left, right } = part
  if (operator === '*') return productCost * countFactors(left) * countFactors(right)
  if (operator === '+') return part.type.kind === 'string' ? 10 * textCost : 1
  return ['<', '<=', '>', '>='].includes(operator) ? textCost : 1
}

function countFactors(part: Typed): number {
  const counts = listParts(part).map(countFactors)
  if (part.kind === 'binary' && part.operator === '*') return counts.reduce((sum, count) => sum + count, 0)
  return Math.max(1, ...counts)
}
