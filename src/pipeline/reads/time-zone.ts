// Which time zones may be named in a request.
import { fail } from '../../errors.ts'
import { describe } from '../../reader.ts'

/** Refuses what is no name of the IANA time zone database; both Node.js and PostgreSQL carry a copy of that. */
export function checkTimeZone(name: string): void {
  if (!isKnown(name)) throw refuseTimeZone(name)
}

export function refuseTimeZone(name: string): Error {
  const message = `must be a time zone such as Europe/Berlin or UTC, found ${describe(name)}`
  return fail('BAD_USER_INPUT', `timeZone ${message}`, [{ path: 'timeZone', message }])
}

/** An offset such as +02:00 is none: it would be right for one half of the year only. */
function isKnown(name: string): boolean {
  if (!/^[A-Za-z][\w+/-]*$/.test(name)) return false
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }) !== undefined
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
