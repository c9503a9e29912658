// What a client carries from a write to a query: how far the log was, sealed, since it would tell of what others write.
import type { Position } from '../../database/position.ts'
import { openText, sealText } from '../../outgoing/seal.ts'

/** The header of replies to mutations, and of the requests that want to see what those wrote. */
export const positionHeader = 'x-metaloom-position'

/** A position as the client carries it; undefined stands for one that could not be read. */
export function writeToken(key: Buffer, position: Position | undefined): string {
  return sealText(key, position === undefined ? 'unknown' : String(position))
}

/** The position that a client brings; without one any is good, and one that is not ours is further than any replica. */
export function readToken(key: Buffer, header: string | readonly string[] | undefined): Position | 'unknown' {
  if (header === undefined) return 0n
  // Two headers come as one text, whose second half would be passed over.
  if (typeof header !== 'string' || !/^[A-Za-z0-9+/]+=*$/.test(header)) return 'unknown'
  try {
    const text = openText(key, header)
    return /^\d{1,20}$/.test(text) ? BigInt(text) : 'unknown'
  } catch {
    return 'unknown'
  }
}
