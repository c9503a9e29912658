// Functions of dates and moments, in UTC.
import { addDays, countDays, momentOf, readDay } from './dates.ts'
import { ExpressionError } from './error.ts'
import type { FunctionDefinition } from './function-definition.ts'
import { readDecimal } from './number.ts'
import type { Type } from './type.ts'
import { decimalType } from './type-rules.ts'
import { isNumber, refuseKind } from './values.ts'

const dateType: Type = { kind: 'date' }
const timestampType: Type = { kind: 'timestamp' }

function part(read: (moment: Date) => number): FunctionDefinition {
  return {
    parameters: ['day'],
    result: () => decimalType,
    run: ([value]) => readDecimal(read(new Date(momentOf(value)))),
  }
}

function nowOf(environment: Readonly<Record<string, unknown>>): string {
  if (typeof environment.now === 'string') return environment.now
  throw new ExpressionError('nobody told the time')
}

export const dateFunctions: Readonly<Record<string, FunctionDefinition>> = {
  now: { parameters: [], result: () => timestampType, run: (_, { state }) => nowOf(state.environment) },
  today: {
    parameters: [],
    result: () => dateType,
    run: (_, { state }) => nowOf(state.environment).slice(0, 10),
  },
  date: {
    parameters: ['any'],
    result: ([type = dateType]) => (type.kind === 'timestamp' ? timestampType : dateType),
    run: ([value]) => {
      const day = typeof value === 'string' ? readDay(value) : undefined
      if (day === undefined) throw refuseKind('a date or a moment', value)
      return day.value
    },
  },
  days_between: {
    parameters: ['day', 'day'],
    result: () => decimalType,
    run: ([from, to]) => readDecimal(countDays(from, to)),
  },
  add_days: {
    parameters: ['day', 'number'],
    result: ([type = dateType]) => type,
    run: ([value, days]) => {
      const count = isNumber(days) ? Number(days) : Number.NaN
      if (!Number.isSafeInteger(count)) throw new ExpressionError('expects a whole number of days')
      return addDays(value, count)
    },
  },
  year: part((moment) => moment.getUTCFullYear()),
  month: part((moment) => moment.getUTCMonth() + 1),
  day: part((moment) => moment.getUTCDate()),
}
