// Conditions on groups of rows, by what is measured of them, and the SQL of one.
import { type Condition, writeCondition } from './condition.ts'
import { type Measure, placeMeasure } from './measure.ts'
import type { Reading } from './reading.ts'

/** A condition on one group. `all` without parts is true, `any` without parts is false. */
export type Having =
  | Readonly<{ kind: 'all' | 'any'; parts: readonly Having[] }>
  | Readonly<{ kind: 'not'; part: Having }>
  | Readonly<{ kind: 'measure'; measure: Measure; condition: Condition }>

/** Writes the condition for a group of rows of the reading; what is null is not true, so its negation holds. */
export function writeHaving(having: Having, reading: Reading): string {
  switch (having.kind) {
    case 'all':
    case 'any': {
      const parts = having.parts.map((part) => writeHaving(part, reading))
      if (parts.length === 0) return having.kind === 'all' ? 'true' : 'false'
      return `(${parts.join(having.kind === 'all' ? ' and ' : ' or ')})`
    }
    case 'not':
      return `(${writeHaving(having.part, reading)}) is not true`
    case 'measure':
      return writeCondition(having.condition, placeMeasure(having.measure, reading.alias), reading.values)
  }
}
