// The tables between two measurements: emptied, so that nobody writes into what another left, and counted.
import type { Sql } from 'postgres'
import type { Contestant } from './contestant.ts'

export async function emptyTables(sql: Sql): Promise<void> {
  await sql`truncate entries, _audit, _outbox`
  await sql`checkpoint`
}

/** Throws unless the tables hold what so many requests of the contestant have to leave there. */
export async function checkTables(sql: Sql, contestant: Contestant, requests: number): Promise<void> {
  const [found] = await sql<{ entries: number; audit: number; outbox: number }[]>`
    select (select count(*)::int from entries) as entries, (select count(*)::int from _audit) as audit,
      (select count(*)::int from _outbox) as outbox`
  const entries = requests * contestant.rows
  const news = contestant.tellsNews ? entries : 0
  if (found?.entries === entries && found.audit === news && found.outbox === news) return
  const text = `${entries} entries and ${news} rows of news, found ${JSON.stringify(found)}`
  throw new Error(`${contestant.name} should have left ${text}`)
}
