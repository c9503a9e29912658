// Functions of dates and moments, in UTC.
import { addDays, countDays, momentOf, readDay } from './dates.ts'
import { ExpressionError } from './error.ts'
import type { FunctionDefinition } from './function-definition.ts'
import { makeDecimal, toWhole } from './number.ts'
import { numberOf } from './number-functions.ts'
import type { Type } from './type.ts'
import { dayType, decimalType, isDay } from './type-rules.ts'
import { refuseKind } from './values.ts'

function part(read: (moment: Date) => number): FunctionDefinition {
  return {
    parameters: ['day'],
    result: () => decimalType,
    run: ([value]) => makeDecimal(read(momentOf(value))),
  }
}

/** What is a date stays one, what is a moment too. */
function typeOfDay([type = dayType]: readonly Type[]): Type {
  return isDay(type) ? type : dayType
}

function nowOf({ now }: Readonly<Record<string, unknown>>): string {
  if (typeof now === 'string') return now
  throw new ExpressionError('nobody told the time')
}

export const dateFunctions: Readonly<Record<string, FunctionDefinition>> = {
  now: {
    parameters: [],
    result: () => ({ kind: 'timestamp' }),
    run: (_, { state }) => nowOf(state.environment),
  },
  today: {
    parameters: [],
    result: () => ({ kind: 'date' }),
    run: (_, { state }) => nowOf(state.environment).slice(0, 10),
  },
  date: {
    parameters: ['any'],
    result: typeOfDay,
    run: ([value]) => {
      const day = typeof value === 'string' ? readDay(value) : undefined
      if (day === undefined) throw refuseKind('a date or a moment', value)
      return day
    },
  },
  days_between: {
    parameters: ['day', 'day'],
    result: () => decimalType,
    run: ([from, to]) => makeDecimal(countDays(from, to)),
  },
  add_days: {
    parameters: ['day', 'number'],
    result: typeOfDay,
    run: ([value, days]) => addDays(value, toWhole(numberOf(days))),
  },
  year: part((moment) => moment.getUTCFullYear()),
  month: part((moment) => moment.getUTCMonth() + 1),
  day: part((moment) => moment.getUTCDate()),
}
