// Durations as definitions write them, such as 48h.
import { addProblem, describe, pick, readText, type Source } from '../../reader.ts'

const seconds = { s: 1, m: 60, h: 3_600, d: 86_400 } as const
const mostDays = 3_650

/** Reads a duration under a key; undefined when there is none. */
export function readDuration(source: Source, key: string): string | undefined {
  const text = readText(source, key)
  if (text === undefined) return undefined
  const length = toSeconds(text)
  if (length === undefined)
    return addProblem(
      source,
      key,
      `must be a whole number with s, m, h or d behind it, such as 48h; found ${describe(pick(source, key))}`,
    )
  if (length < 1 || length > mostDays * seconds.d)
    return addProblem(source, key, `must be from 1s to ${mostDays}d, found ${describe(text)}`)
  return text
}

/** How many seconds a duration lasts; undefined when the text is none. */
export function toSeconds(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  return count === undefined ? undefined : Number(count) * seconds[unit as keyof typeof seconds]
}
