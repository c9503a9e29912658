// Events of accounts, so that webhooks can mail invites and password resets. Their tokens are sealed until they are sent.
import { type Row, run, type Sql } from '../database/connect.ts'
import type { Registry } from '../metadata/registry.ts'
import type { AccountEvent } from '../metadata/webhook.ts'
import { openText, sealText } from '../outgoing/seal.ts'
import { showUser } from '../pipeline/message.ts'

/** What happened to whom; `account` is told as it is, the token is sealed. */
export type AccountNews = Readonly<{
  event: AccountEvent
  id: string
  account: Row
  token: string
  /** Who caused it, as expressions see a user. */
  viewer: Row
  requestId: string
}>

/** What stands in the place of the token wherever somebody could read it. */
const hidden = '{"token":"[sealed]"'

/** Puts the news into the outbox, when a webhook is for them; tells whether one is. */
export async function announceAccount(
  sql: Sql,
  registry: Registry,
  key: Buffer,
  news: AccountNews,
): Promise<boolean> {
  const { event, id, account, token, viewer, requestId } = news
  const hooks = [...registry.webhooks.values()].filter((each) => each.active && each.event === event)
  if (hooks.length === 0) return false
  const text = `insert into _outbox (kind, entity, record_id, version, payload, actor, user_id, request_id, hooks, revision, viewer)
    values ('event', '_account', $1, 0, $2::text::jsonb, $3, $4, $5, $6::text[], $7, $8::text::jsonb)`
  const payload = JSON.stringify({ event, account, sealed: sealText(key, token) })
  const actor = viewer.id == null ? 'anonymous' : `user:${String(viewer.id)}`
  const ids = hooks.map((each) => each.id)
  const who = [actor, viewer.id ?? null, requestId, ids, registry.revision, JSON.stringify(viewer)]
  await run(sql, { text, values: [id, payload, ...who] })
  return true
}

/** The body of a message of such an event, without its token. */
export function writeAccountMessage(
  id: string,
  { event, action, account }: Row,
  user: Row,
  timestamp: string,
): string {
  const rest = { event, action, account, user: showUser(user), timestamp, idempotency_key: id }
  return `${hidden},${JSON.stringify(rest).slice(1)}`
}

/** The body as it goes out, and the token in it. */
export function unseal(key: Buffer, body: string, sealed: string): Readonly<{ body: string; token: string }> {
  const token = openText(key, sealed)
  return { body: `{"token":${JSON.stringify(token)}${body.slice(hidden.length)}`, token }
}
