// When a schedule is due next: patterns of cron, in a time zone.
import { Cron } from 'croner'

/** When something is due again: five fields of cron, and the IANA name of a time zone. */
export type Schedule = Readonly<{ cron: string; timeZone: string }>

const mostPattern = 200

/** Why this is no pattern that ever comes true; undefined when it is one. */
export function findCronProblem(cron: string): string | undefined {
  const expected = 'must be five fields of cron, such as "0 9 * * 1-5" for nine on weekdays'
  if (cron.length > mostPattern || cron.trim().split(/\s+/).length !== 5) return expected
  try {
    if (makeCron({ cron, timeZone: 'UTC' }).nextRun() === null) return 'never comes true'
  } catch (error) {
    return `${expected} (${error instanceof Error ? error.message : String(error)})`
  }
  return undefined
}

/** Whether it is a name of the IANA time zone database; an offset would be right for one half of the year only. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][\w+/-]*$/.test(name)) return false
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }) !== undefined
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** The first moment after this one (both RFC 3339) at which the schedule is due. */
export function findNextRun(schedule: Schedule, after: string): string | undefined {
  return makeCron(schedule).nextRun(new Date(after))?.toISOString()
}

function makeCron({ cron, timeZone }: Schedule): Cron {
  return new Cron(cron, { timezone: timeZone, paused: true, mode: '5-part' })
}
