// Keeps what entities were called before, so that the past of their records is still theirs.
import { run, type Sql } from '../../database/connect.ts'
import type { Rename } from './rename.ts'

/** Notes that what the audit log says of the old name, since nobody else has had it, is about the entity of the new one. */
export async function keepFormerName(sql: Sql, { kind, from, to }: Rename): Promise<void> {
  if (kind !== 'entity') return
  await run(sql, { text: 'update _former_names set entity = $2 where entity = $1', values: [from, to] })
  await run(sql, {
    text: `insert into _former_names (former, since, until, entity)
      select $1::text, coalesce((select max(until) from _former_names where former = $1::text), 0), m.id, $2::text
      from (select coalesce(max(id), 0) as id from _audit) m on conflict (former, until) do nothing`,
    values: [from, to],
  })
}
