// What is known of those who are sent messages: their secrets, and whether they said that they are gone.
import { run, type Sql } from '../database/connect.ts'
import { deriveSecret, writeSecret } from '../outgoing/sign.ts'

/** Why what waits for an endpoint that is gone is dead. */
export const disabledError =
  'The endpoint said that it is gone (410); nothing is sent until it is enabled again'

/** Which generations of an endpoint's secret are good. */
export type Generations = Readonly<{ endpoint: string; generation: number; hasPrevious: boolean }>

/** The secrets to sign with, the newest first. */
export function listSecrets(
  key: Buffer,
  { endpoint, generation, hasPrevious }: Generations,
): readonly Buffer[] {
  const numbers = hasPrevious && generation > 1 ? [generation, generation - 1] : [generation]
  return numbers.map((each) => deriveSecret(key, { endpoint, generation: each }))
}

/** The first secret of an endpoint, as its receiver is given it. */
export function writeFirstSecret(key: Buffer, endpoint: string): string {
  return writeSecret(deriveSecret(key, { endpoint, generation: 1 }))
}

/** A secret as it is shown once; the one before it is good until then (RFC 3339). */
export type Rotated = Readonly<{ secret: string; previousUntil: string }>

/** Makes a new secret; the one before it stays good for so many hours, and any older one ends. */
export async function rotateSecret(sql: Sql, key: Buffer, endpoint: string, hours: number): Promise<Rotated> {
  const text = `insert into _webhook_endpoints (endpoint, generation, previous_until)
    values ($1, 2, now() + $2::int * interval '1 hour')
    on conflict (endpoint) do update set generation = _webhook_endpoints.generation + 1, previous_until = excluded.previous_until
    returning generation, previous_until as "previousUntil"`
  const [row] = await run<{ generation: number; previousUntil: string }>(sql, {
    text,
    values: [endpoint, hours],
  })
  if (row === undefined) throw new Error('A new generation of a secret was not stored')
  const { generation, previousUntil } = row
  return { secret: writeSecret(deriveSecret(key, { endpoint, generation })), previousUntil }
}

/** Which secrets of the endpoints are good now, by endpoint. */
export async function findGenerations(
  sql: Sql,
  endpoints: readonly string[],
): Promise<ReadonlyMap<string, Generations>> {
  const text = `select u.endpoint, coalesce(e.generation, 1) as generation, coalesce(e.previous_until > now(), false) as "hasPrevious"
    from unnest($1::text[]) as u(endpoint) left join _webhook_endpoints e using (endpoint)`
  const rows = await run<Generations>(sql, { text, values: [endpoints] })
  return new Map(rows.map((row) => [row.endpoint, row]))
}

/** Sends an endpoint nothing more: what waits for it is dead, to be replayed when it is enabled again. */
export async function disableEndpoint(sql: Sql, endpoint: string): Promise<void> {
  const text = `with marked as (
      insert into _webhook_endpoints (endpoint, disabled_at) values ($1, now())
      on conflict (endpoint) do update set disabled_at = now())
    update _deliveries set state = 'dead', error = $2, finished_at = now(), lease = null
    where endpoint = $1 and state = 'waiting'`
  await run(sql, { text, values: [endpoint, disabledError] })
}

export async function enableEndpoint(sql: Sql, endpoint: string): Promise<void> {
  const text = 'update _webhook_endpoints set disabled_at = null where endpoint = $1'
  await run(sql, { text, values: [endpoint] })
}

/** Since when the endpoint is disabled (RFC 3339); undefined when it is not. */
export async function findDisabled(sql: Sql, endpoint: string): Promise<string | undefined> {
  const text =
    'select disabled_at as at from _webhook_endpoints where endpoint = $1 and disabled_at is not null'
  const [row] = await run<{ at: string }>(sql, { text, values: [endpoint] })
  return row?.at
}
