// What a transition asked for besides: records to make at once, and events and webhooks that wait in the outbox.
import { type Row, run } from '../../database/connect.ts'
import { fail } from '../../errors.ts'
import { ExpressionError } from '../../metadata/expression/error.ts'
import { entityOf } from '../../metadata/registry.ts'
import { bind, statement, type Values } from '../statement.ts'
import { describeUser } from '../user.ts'
import type { Actor } from '../write-context.ts'
import { type Act, nameActor } from './act.ts'
import type { CarryOut } from './road.ts'
import { startOnEvents } from './start-workflows.ts'
import { type Effect, listWrites, startWrites, type Write } from './writes.ts'

/** Does what the transitions of the records asked for, each part in the name of the state machine. */
export async function followUp(act: Act, roots: readonly Write[], carryOut: CarryOut): Promise<void> {
  for (const write of listWrites(roots)) {
    const effects = listEffects(write)
    const created = effects.flatMap((effect) =>
      effect.kind === 'create_record' ? [makeRecord(act, write, effect)] : [],
    )
    if (created.length > 0) await carryOut(act, created)
    await sendNews(act, describeSubject(write), effects)
  }
}

function listEffects({ effects, entity }: Write): readonly Effect[] {
  try {
    return effects()
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    throw fail(
      'TRANSITION_REFUSED',
      `An action of the ${entity.name}'s transition cannot be worked out: ${error.message}`,
    )
  }
}

function makeRecord(act: Act, write: Write, effect: Effect & { kind: 'create_record' }): Write {
  const plan = {
    action: 'create',
    entity: entityOf(act.context.registry, effect.entity),
    path: write.path,
    input: effect.values,
    relations: [],
  } as const
  const [created] = startWrites(act.context, [plan], 'system:machine')
  if (created === undefined) throw new Error('A planned record was not started')
  return created
}

function describeSubject({ entity, key, row }: Write): Subject {
  const fields = entity.fields.filter((field) => !field.secret)
  return {
    entity: entity.name,
    key,
    version: Number(row._version),
    record: Object.fromEntries(fields.map(({ name }) => [name, row[name]])),
    actor: 'system:machine',
  }
}

/** What news are about, without its secrets, and in whose name they are sent. */
export type Subject = Readonly<{ entity: string; key: unknown; version: number; record: Row; actor: Actor }>

/** Puts events and webhooks into the outbox, with the record as it is now; events start workflows and lead waiting ones on. */
export async function sendNews(act: Act, subject: Subject, effects: readonly Effect[]): Promise<void> {
  const news = effects.filter((effect) => effect.kind !== 'create_record')
  if (news.length === 0) return
  const { context } = act
  for (const { kind } of news) if (kind === 'webhook') act.told.add(kind)
  const { record } = subject
  const values: Values = []
  const kinds = bind(
    values,
    news.map(({ kind }) => kind),
    'text[]',
  )
  const payloads = bind(
    values,
    news.map(({ kind: _, ...payload }) => ({ ...payload, record })),
    'jsonb[]',
  )
  const entity = bind(values, subject.entity, 'text')
  const key = bind(values, String(subject.key), 'text')
  const fixed = [
    entity,
    key,
    bind(values, subject.version, 'integer'),
    bind(values, nameActor(context, subject.actor), 'text'),
    bind(values, context.viewer.id ?? null, 'text'),
    bind(values, context.requestId, 'text'),
    bind(values, context.cause?.id ?? null, 'bigint'),
    bind(values, context.cause?.hops ?? 0, 'smallint'),
    bind(values, context.registry.revision, 'integer'),
    bind(values, describeUser(context.viewer), 'jsonb'),
  ]
  const columns =
    'kind, payload, entity, record_id, version, actor, user_id, request_id, cause, hops, revision, viewer'
  const source = `unnest(${kinds}, ${payloads}) as u(kind, payload)`
  const signals = `insert into _workflow_signals (kind, event, entity, record_id) select 'event', u.payload ->> 'event', ${entity}, ${key} from ${source} where u.kind = 'event'`
  const text = `with signalled as (${signals}) insert into _outbox (${columns}) select u.kind, u.payload, ${fixed.join(', ')} from ${source}`
  await run(act.sql, statement(text, values))
  await startOnEvents(act, subject, news)
}
