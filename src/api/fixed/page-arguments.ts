// Pages of the plain lists in the admin API: so many from a place on.
import { fail } from '../../errors.ts'

/** A page as it is asked for. */
export type Page = Readonly<{ first: number; offset: number }>

const most = 100
const usual = 25

/** The arguments of a page, for `t.arg.int`. */
export const pageArguments = {
  first: { required: true, defaultValue: usual, description: `How many, at most ${most}.` },
  offset: { required: true, defaultValue: 0, description: 'How many to skip.' },
} as const

/** Refuses a page that is too large (LIMIT_EXCEEDED) or that cannot be (BAD_USER_INPUT). */
export function checkPage({ first, offset }: Page): void {
  if (first > most)
    throw fail('LIMIT_EXCEEDED', `first must be at most ${most}, found ${first}; read on with offset`)
  if (first < 0 || offset < 0)
    throw fail('BAD_USER_INPUT', `first and offset must not be negative, found ${first} and ${offset}`)
}
