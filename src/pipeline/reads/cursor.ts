// Cursors: a position in an order, signed so that a foreign, altered or misplaced one is refused.
import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import { fail } from '../../errors.ts'
import type { Position } from './order.ts'

const macBytes = 16

/** What a cursor is good for: the app's key, and the entity with its order. */
export type CursorScope = Readonly<{ key: KeyObject; order: string }>

/** Writes a position as opaque text. */
export function writeCursor(scope: CursorScope, position: Position): string {
  const body = Buffer.from(JSON.stringify(position))
  return Buffer.concat([sign(scope, body), body]).toString('base64url')
}

/** Reads a cursor of this scope; any other text is BAD_USER_INPUT. `argument` is `after` or `before`. */
export function readCursor(scope: CursorScope, cursor: string, argument: string): Position {
  const bytes = Buffer.from(cursor, 'base64url')
  const body = bytes.subarray(macBytes)
  const isOurs = bytes.length > macBytes && timingSafeEqual(bytes.subarray(0, macBytes), sign(scope, body))
  if (!isOurs) {
    const message = 'is not a cursor of this list in this order; take endCursor or an edge of the same query'
    throw fail('BAD_USER_INPUT', `${argument} ${message}`, [{ path: argument, message }])
  }
  return JSON.parse(body.toString()) as Position
}

function sign(scope: CursorScope, body: Buffer): Buffer {
  return createHmac('sha256', scope.key)
    .update(scope.order)
    .update('\0')
    .update(body)
    .digest()
    .subarray(0, macBytes)
}
