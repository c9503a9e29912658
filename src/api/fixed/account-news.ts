// Makes invites and password resets and tells of them in one transaction, for webhooks that mail their tokens.
import type { Sql } from '../../database/connect.ts'
import { inTransaction } from '../../database/transaction.ts'
import { type AccountNews, announceAccount } from '../../effects/account-event.ts'
import { describeUser } from '../../pipeline/user.ts'
import type { Context } from '../context.ts'

/** Tells of something that was just made. */
export type Tell = (news: Omit<AccountNews, 'viewer' | 'requestId'>) => Promise<void>

/** Does the work in a transaction; what it tells of is delivered after the commit. */
export async function withNews<T>(
  { app, edition, viewer, requestId }: Context,
  work: (sql: Sql, tell: Tell) => Promise<T>,
): Promise<T> {
  const { key, outside } = app.outgoing
  const who = { viewer: describeUser(viewer), requestId }
  let isAwaited = false
  const result = await inTransaction(app.pool, (sql) =>
    work(sql, async (news) => {
      isAwaited = (await announceAccount(sql, edition.registry, key, { ...news, ...who })) || isAwaited
    }),
  )
  if (isAwaited) outside.wake()
  return result
}
