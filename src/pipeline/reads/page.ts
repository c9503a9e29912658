// Which part of a list is asked for: sizes, cursors and offset, read from arguments and checked.
import type { Limits } from '../../config/limits.ts'
import { fail } from '../../errors.ts'
import { type CursorScope, readCursor } from './cursor.ts'
import type { Position } from './order.ts'

/** The arguments of a connection as they come from outside. */
export type PageArguments = Readonly<{
  first?: number | null
  last?: number | null
  after?: string | null
  before?: string | null
  offset?: number | null
}>

export type PageLimits = Readonly<{ usual: number; most: number }>

/** A page: `isBackward` counts from the end of the list. */
export type Page = Readonly<{
  size: number
  isBackward: boolean
  offset: number
  after?: Position
  before?: Position
}>

/** Pages of the lists of fixed APIs. */
export const fixedPage: PageLimits = { usual: 25, most: 100 }

/** Pages of lists at the root. */
export function rootPage({ page, largestPage }: Limits): PageLimits {
  return { usual: page, most: largestPage }
}

/** Pages of lists behind relations. */
export function nestedPage({ nestedPage: usual, largestPage }: Limits): PageLimits {
  return { usual, most: largestPage }
}

/** Reads the arguments of a connection whose cursors have this scope. */
export function readPage(
  given: PageArguments,
  limits: PageLimits,
  scope: CursorScope,
  mostOffset: number,
): Page {
  const { first, last, after, before, offset } = given
  if (first != null && last != null)
    throw refuse('last', 'cannot stand beside first; ask for one end of the list')
  if (offset != null && (after != null || before != null || last != null))
    throw refuse('offset', 'cannot stand beside after, before or last; use the one or the others')
  checkSize('first', first, limits)
  checkSize('last', last, limits)
  checkSize('offset', offset, { usual: 0, most: mostOffset })
  return {
    size: first ?? last ?? limits.usual,
    isBackward: last != null,
    offset: offset ?? 0,
    ...(after == null ? {} : { after: readCursor(scope, after, 'after') }),
    ...(before == null ? {} : { before: readCursor(scope, before, 'before') }),
  }
}

function refuse(path: string, message: string): Error {
  return fail('BAD_USER_INPUT', `${path} ${message}`, [{ path, message }])
}

/** Refuses a number of rows that is negative or too large. */
export function checkSize(path: string, size: number | null | undefined, { most }: PageLimits): void {
  if (size == null) return
  if (size < 0) throw refuse(path, `must not be negative, found ${size}`)
  if (size <= most) return
  const message = `must be at most ${most}, found ${size}`
  throw fail('LIMIT_EXCEEDED', `${path} ${message}`, [{ path, message }])
}
