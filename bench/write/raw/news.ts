// The rows in the audit log and the outbox, read back: what they must say, and what raw statements have to write.
import type { Sql } from 'postgres'

type Columns = Readonly<Record<string, unknown>>

/** All that one entry left behind, without what PostgreSQL counts and times by itself. */
export type Story = Readonly<{ entry: Columns; audit: Columns; outbox: Columns }>

/** The stories of all entries, in the order of their numbers. */
export async function readStories(sql: Sql): Promise<readonly Story[]> {
  return await sql<Story[]>`
    select to_jsonb(e) as entry, to_jsonb(a) - '{id,transaction,at}'::text[] as audit,
      to_jsonb(o) - '{id,transaction,at}'::text[] as outbox
    from entries e
    left join _audit a on a.entity = 'entry' and a.record_id = e.id::text
    left join _outbox o on o.entity = 'entry' and o.record_id = e.id::text
    order by e.number`
}

/** A story as text in which keys, callers and requests, which differ each time, are told by their place only. */
export function writeStory({ entry, audit, outbox }: Story): string {
  const text = JSON.stringify({ entry, audit, outbox }, (name, value: unknown) =>
    name === 'request_id' ? 'request' : value,
  )
  return text.replaceAll(String(entry.id), 'key').replaceAll(String(audit.user_id), 'caller')
}
