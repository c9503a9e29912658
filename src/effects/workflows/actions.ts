// Carries out the actions of a step through the pipeline, as the system, in the transaction of the step.
import type { Viewer } from '../../auth/viewer.ts'
import type { Row, Sql } from '../../database/connect.ts'
import { fail } from '../../errors.ts'
import type { Environment } from '../../metadata/expression/expression.ts'
import type { FlowAction } from '../../metadata/flow.ts'
import { entityOf, type RegistryEntity } from '../../metadata/registry.ts'
import type { Value } from '../../metadata/value.ts'
import { startCalls } from '../../pipeline/calls.ts'
import type { RecordPlan } from '../../pipeline/plan.ts'
import { readOwnKey } from '../../pipeline/reads/own-record.ts'
import { startAct } from '../../pipeline/stages/act.ts'
import { type Subject, sendNews } from '../../pipeline/stages/follow-up.ts'
import type { Effect } from '../../pipeline/stages/writes.ts'
import { writeWithin } from '../../pipeline/write.ts'
import type { WriteContext } from '../../pipeline/write-context.ts'
import { isObject } from '../../reader.ts'
import type { Instance } from './instance.ts'

/** Where actions are carried out: for which instance, and what their expressions see. */
export type Scene = Readonly<{
  context: WriteContext
  sql: Sql
  instance: Instance
  environment: Environment
}>

/** The context of everything that an instance writes: the system acts, in the wake of who caused the instance. */
export function startContext(
  base: Pick<WriteContext, 'pool' | 'registry' | 'outside' | 'calls'>,
  instance: Instance,
): WriteContext {
  return {
    ...base,
    viewer: readViewer(instance.trigger.user),
    requestId: instance.requestId,
    actor: 'system:workflow',
    nameField: (_, field) => field.name,
    nameEnd: (relationEnd) => relationEnd.name,
    cause: { hops: instance.hops },
  }
}

function readViewer(user: unknown): Viewer {
  const { id, email, roles, attributes } = isObject(user) ? user : {}
  return {
    ...(typeof id === 'string' ? { id } : {}),
    ...(typeof email === 'string' ? { email } : {}),
    roles: Array.isArray(roles) ? roles.map(String) : [],
    attributes: isObject(attributes) ? attributes : {},
  }
}

/** Carries out all actions in their order; fields of one record that are set in a row are one write. */
export async function performActions(scene: Scene, actions: readonly FlowAction[]): Promise<void> {
  let waiting: Update | undefined
  for (const action of actions) {
    const update = action.kind === 'set_field' ? planUpdate(scene, action) : undefined
    if (update && waiting && isSameRecord(update, waiting)) {
      waiting = { ...waiting, input: { ...waiting.input, ...update.input } }
      continue
    }
    await flush(scene, waiting)
    waiting = update
    if (action.kind === 'create_record') await createRecord(scene, action)
    if (action.kind === 'send_event')
      await send(scene, { kind: 'event', event: action.event, payload: action.payload(scene.environment) })
    if (action.kind === 'webhook') await send(scene, action)
  }
  await flush(scene, waiting)
}

type Update = Extract<RecordPlan, { action: 'update' }>
type ActionOf<K extends FlowAction['kind']> = Extract<FlowAction, { kind: K }>

function planUpdate(scene: Scene, action: ActionOf<'set_field'>): Update {
  const { context, instance, environment } = scene
  const entity = entityOf(context.registry, action.entity)
  const key = action.findRecord ? action.findRecord(environment) : findOwnKey(entity, instance)
  if (key === null)
    throw fail('NOT_FOUND', `The place that should name a ${entity.name} is empty; nothing can be set`)
  return {
    action: 'update',
    entity,
    path: '',
    key,
    input: { [action.field.name]: action.value(environment) },
    relations: [],
  }
}

function findOwnKey(entity: RegistryEntity, { recordId }: Instance): Value {
  return recordId === null ? null : readOwnKey(entity, recordId)
}

function isSameRecord(one: Update, other: Update): boolean {
  return one.entity === other.entity && String(one.key) === String(other.key)
}

async function flush({ context, sql }: Scene, update: Update | undefined): Promise<void> {
  if (update !== undefined) await writeWithin(context, sql, { kind: 'records', records: [update] })
}

async function createRecord(
  { context, sql, environment }: Scene,
  action: ActionOf<'create_record'>,
): Promise<void> {
  const record = {
    action: 'create',
    entity: entityOf(context.registry, action.entity),
    path: '',
    input: action.values(environment),
    relations: [],
  } as const
  await writeWithin(context, sql, { kind: 'records', records: [record] })
}

async function send({ context, sql, instance, environment }: Scene, effect: Effect): Promise<void> {
  await sendNews(startAct(context, sql, startCalls()), describeSubject(instance, environment), [effect])
}

/** News of a workflow that is about no record are about its instance. */
function describeSubject({ id, entity, recordId }: Instance, { record }: Environment): Subject {
  const row: Row = isObject(record) ? record : {}
  const { _version, ...fields } = row
  const actor = 'system:workflow'
  if (entity === null || recordId === null)
    return { entity: '_workflow_instances', key: id, version: 0, record: {}, actor }
  return { entity, key: recordId, version: Number(_version ?? 0), record: fields, actor }
}
