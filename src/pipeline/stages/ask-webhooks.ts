// Asks the webhooks that a write waits for: those before it, and when everything is stored, those after it. Each may refuse.
import { randomUUID } from 'node:crypto'
import type { Row } from '../../database/connect.ts'
import { failAll, type Problem } from '../../errors.ts'
import { ExpressionError } from '../../metadata/expression/error.ts'
import type { WebhookHook } from '../../metadata/webhook.ts'
import type { ReadyWebhook } from '../../metadata/webhooks.ts'
import { countCalls, needSlot } from '../calls.ts'
import { type Happened, writeMessage } from '../message.ts'
import type { Verdict } from '../outside.ts'
import { describeUser } from '../user.ts'
import type { Act } from './act.ts'
import { startEnvironment } from './environment.ts'
import { findChanged } from './values.ts'
import { listWrites, type Write } from './writes.ts'

/** A webhook to ask about a record; two with the same key are the same question. */
type Asked = Readonly<{ write: Write; webhook: ReadyWebhook; key: string }>

/** The stage before anything is stored or removed. */
export async function askBefore(act: Act, roots: readonly Write[]): Promise<void> {
  const writes = listWrites(roots).filter(isChange)
  await ask(act, writes, (write) => (write.action === 'delete' ? 'before_delete' : 'before_write'))
}

/** The stage behind everything else: who is asked at the very end is noted, whichever road the record went. */
export function noteWritten(act: Act, roots: readonly Write[]): void {
  for (const write of listWrites(roots))
    if (write.isStored && listAfter(write).length > 0) act.written.push(write)
}

/** Asks about all that the act has stored, last before the commit. */
export async function askAfter(act: Act): Promise<void> {
  await ask(act, act.written, hookAfter)
}

function hookAfter({ action }: Write): 'after_write' | 'after_delete' {
  return action === 'delete' ? 'after_delete' : 'after_write'
}

function listAfter(write: Write): readonly ReadyWebhook[] {
  return write.entity.webhooks.asked[hookAfter(write)]
}

/** An update that changes nothing is none; a record on its way back is a change by itself. */
function isChange({ action, entity, old, row }: Write): boolean {
  return action !== 'update' || (old !== undefined && findChanged(entity, old, row).length > 0)
}

async function ask(act: Act, writes: readonly Write[], hookOf: (write: Write) => WebhookHook): Promise<void> {
  const pairs = writes.flatMap((write) =>
    write.entity.webhooks.asked[hookOf(write)].map((webhook) => ({ write, webhook })),
  )
  if (pairs.length === 0) return
  const now = await act.readNow()
  const counts = new Map<string, number>()
  const asked = pairs
    .filter((pair) => applies(act, pair, now))
    .map((pair) => ({ ...pair, key: nameQuestion(pair, counts) }))
  await askFresh(act, asked, now)
  const problems = asked.flatMap(({ write, key }): readonly Problem[] => {
    const { refusal } = act.calls.answers.get(key) ?? {}
    return refusal === undefined ? [] : [{ path: write.path, rule: 'webhook', message: refusal }]
  })
  if (problems.length > 0) throw failAll('WEBHOOK_REFUSED', problems)
}

type Pair = Omit<Asked, 'key'>

function applies(act: Act, { write, webhook }: Pair, now: string): boolean {
  try {
    return webhook.applies({ ...startEnvironment(act, write, now), record: recordOf(write) })
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    const message = `the condition of a webhook cannot be worked out: ${error.message}`
    throw failAll('WEBHOOK_REFUSED', [{ path: write.path, rule: 'webhook', message }])
  }
}

function recordOf({ action, old, row }: Write): Row {
  return action === 'delete' ? (old ?? row) : row
}

/**
 * What makes a question the same when its transaction is run again: the webhook, the record and what is asked for it,
 * without what is made anew each time (keys, times, versions). The same question twice in one run is two.
 */
function nameQuestion({ write, webhook }: Pair, counts: Map<string, number>): string {
  const { entity, action, path, old, row, changes } = write
  const steady = entity.fields.filter(({ auto }) => auto === undefined).map(({ name }) => name)
  const content =
    action === 'create' ? [...changes] : steady.map((name) => [name, row[name] ?? null, old?.[name] ?? null])
  const question = JSON.stringify([webhook.id, entity.name, action, path, content])
  const count = counts.get(question) ?? 0
  counts.set(question, count + 1)
  return `${count} ${question}`
}

/** Those that nobody asked yet are asked all at once. */
async function askFresh(act: Act, asked: readonly Asked[], now: string): Promise<void> {
  const { calls, sql } = act
  const { outside } = act.context
  const fresh = asked.filter(({ key }) => !calls.answers.has(key))
  if (fresh.length === 0) return
  if (outside === undefined) throw new Error('A webhook is to be asked where nothing leads outside')
  const timeout = countCalls(calls, outside, fresh.length)
  needSlot(calls, outside)
  const questions = fresh.map(({ write, webhook }) => {
    const id = randomUUID()
    return { webhook, id, body: writeMessage(id, describe(act, write, webhook.hook, now)), timeout }
  })
  const started = performance.now()
  const verdicts: readonly Verdict[] = await outside.ask(sql, questions)
  calls.spent += performance.now() - started
  for (const [index, { key }] of fresh.entries()) calls.answers.set(key, verdicts[index] ?? {})
}

function describe(act: Act, write: Write, event: WebhookHook, timestamp: string): Happened {
  const { entity, action, old } = write
  const user = describeUser(act.context.viewer)
  const row = { event, entity, action, record: recordOf(write), old: old ?? null }
  return { ...row, user, timestamp, version: countVersion(write) }
}

/** The version that the record has once it is stored. */
function countVersion({ entity, action, isStored, old, row }: Write): number {
  const before = Number(old?._version ?? 0)
  if (action === 'delete') return entity.softDelete ? before + 1 : before
  return isStored ? Number(row._version) : before + 1
}
