// Lets everybody write the same entries once before any is measured, and compares all that stands in the tables then.
import type { Sql } from 'postgres'
import type { Contestant } from './contestant.ts'
import type { Entry } from './entries.ts'
import { readStories, type Story, writeStory } from './raw/news.ts'
import { checkTables, emptyTables } from './tables.ts'

/** Writes the entries, one request for each `contestant.rows` of them, and returns what that left behind. */
export async function tryOut(
  sql: Sql,
  contestant: Contestant,
  entries: readonly Entry[],
): Promise<readonly Story[]> {
  await emptyTables(sql)
  const requests = entries.length / contestant.rows
  const { senders, close } = await contestant.open([entries])
  try {
    for (let request = 0; request < requests; request += 1) await senders[0]?.()
  } finally {
    await close()
  }
  await checkTables(sql, contestant, requests)
  return await readStories(sql)
}

/** Throws at the first entry of which the contestant left something else than was expected. */
export function checkStories(
  contestant: Contestant,
  found: readonly Story[],
  expected: readonly Story[],
): void {
  for (const [index, story] of expected.entries()) {
    const [one, other] = [writePart(contestant, found[index]), writePart(contestant, story)]
    if (one !== other)
      throw new Error(`${contestant.name} wrote something else\n  found    ${one}\n  expected ${other}`)
  }
}

/** Who does not tell news is compared by the entry alone. */
function writePart({ tellsNews }: Contestant, story: Story | undefined): string {
  if (story === undefined) return 'nothing'
  return writeStory(tellsNews ? story : { ...story, audit: {}, outbox: {} })
}
