// What the server found wrong, sorted by the input that it stands beside.
import { CombinedGraphQLErrors } from '@apollo/client'
import type { Detail } from './api.ts'

/** Messages by place, such as `number` or `items.2.unitPrice`, and what belongs to no place. */
export type Problems = Readonly<{ at: Readonly<Record<string, string>>; rest: readonly string[] }>

export const noProblems: Problems = { at: {}, rest: [] }

/** Reads an error of Apollo Client; `places` are the inputs that can show something. */
export function readProblems(error: unknown, places: readonly string[]): Problems {
  if (!CombinedGraphQLErrors.is(error))
    return { at: {}, rest: [error instanceof Error ? error.message : String(error)] }
  const at: Record<string, string> = {}
  const rest: string[] = []
  for (const { message, extensions } of error.errors) {
    const details = (extensions?.details ?? []) as readonly Detail[]
    if (details.length === 0) rest.push(message)
    for (const detail of details) {
      const place = findPlace(detail.path)
      if (places.includes(place)) at[place] = at[place] ? `${at[place]}; ${detail.message}` : detail.message
      else rest.push(`${detail.path}: ${detail.message}`)
    }
  }
  return { at, rest }
}

/** `items.data[2].unitPrice` is the input `items.2.unitPrice`. */
function findPlace(path: string): string {
  return path
    .replace(/^input\./, '')
    .replaceAll('.data[', '[')
    .replace(/\[(\d+)\]/g, '.$1')
}
