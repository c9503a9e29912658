// Deliveries in the admin API: what was sent to whom and what came of it, and sending it again.
import {
  type Delivery,
  type DeliveryAttempt,
  type DeliveryFilter,
  findAttempts,
  findDeliveries,
  replayDeliveries,
  retryDelivery,
} from '../../effects/delivery-log.ts'
import { fail } from '../../errors.ts'
import { type CursorScope, readCursor, writeCursor } from '../../pipeline/reads/cursor.ts'
import { checkSize, fixedPage } from '../../pipeline/reads/page.ts'
import type { Context } from '../context.ts'
import { type Builder, dateTimeType } from './builder.ts'
import { listValues } from './enum-values.ts'

/** Deliveries, and what their cursors are signed with. */
type DeliveryPage = Readonly<{ deliveries: readonly Delivery[]; hasMore: boolean; scope: CursorScope }>

const mostReplayed = 10_000

/** Adds the deliveries and what can be done with them. */
export function addDeliveries(builder: Builder<Context>): void {
  const state = addState(builder)
  const type = addDeliveryType(builder, state)
  const filter = addFilter(builder, state)
  addList(builder, type, filter)
  addAgain(builder, type, filter)
}

function addState(builder: Builder<Context>) {
  return builder.enumType('DeliveryState', {
    description: 'What has become of a delivery.',
    values: listValues({
      waiting: 'It waits to be sent, for the first time or again.',
      delivered: 'The receiver took it: it answered 2xx.',
      dead: 'It was given up; retryDelivery and replayDeliveries send it again.',
    }),
  })
}

type StateType = ReturnType<typeof addState>

function addAttemptType(builder: Builder<Context>) {
  return builder.objectRef<DeliveryAttempt>('DeliveryAttempt').implement({
    description: 'One try to deliver a message.',
    fields: (t) => ({
      at: t.field({ type: dateTimeType, description: 'When it ended.', resolve: ({ at }) => at }),
      milliseconds: t.exposeInt('milliseconds', { description: 'How long it took.' }),
      status: t.exposeInt('status', { nullable: true, description: 'The status of the answer, if any.' }),
      error: t.exposeString('error', { nullable: true, description: 'Why there was no answer.' }),
      reply: t.exposeString('reply', {
        nullable: true,
        description: "The beginning of the answer, without values of the server's variables.",
      }),
    }),
  })
}

function addDeliveryType(builder: Builder<Context>, state: StateType) {
  const attemptType = addAttemptType(builder)
  return builder.objectRef<Delivery>('Delivery').implement({
    description: 'One message to one endpoint.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'The id of the message, the same on every try.' }),
      webhook: t.exposeID('webhook', {
        nullable: true,
        description: 'The webhook that it is for; null for a call that an action of a transition asked for.',
      }),
      url: t.string({
        nullable: true,
        description: 'Where it goes; null when the webhook was deleted.',
        resolve: ({ webhook, endpoint }, _, { edition }) =>
          webhook === null ? endpoint : edition.registry.webhooks.get(webhook)?.url,
      }),
      entity: t.exposeString('entity', { description: 'The entity of the record that it is about.' }),
      recordId: t.exposeString('recordId', { description: 'The key of the record.' }),
      action: t.exposeString('action', { description: 'What happened to the record.' }),
      body: t.exposeString('body', { description: 'What is sent, to the letter.' }),
      state: t.field({ type: state, description: 'What has become of it.', resolve: (each) => each.state }),
      attempts: t.exposeInt('attempts', {
        description: 'How often it was tried, since it was last replayed.',
      }),
      dueAt: t.field({
        type: dateTimeType,
        nullable: true,
        description: 'When it is tried next; null when it is done with.',
        resolve: (each) => (each.state === 'waiting' ? each.dueAt : undefined),
      }),
      createdAt: t.field({
        type: dateTimeType,
        description: 'When it was made of its event.',
        resolve: ({ createdAt }) => createdAt,
      }),
      finishedAt: t.field({
        type: dateTimeType,
        nullable: true,
        description: 'When it was done with.',
        resolve: ({ finishedAt }) => finishedAt,
      }),
      error: t.exposeString('error', { nullable: true, description: 'Why it was not taken the last time.' }),
      log: t.field({
        type: [attemptType],
        description: 'Every try, the first one first.',
        resolve: async ({ id }, _, { app }) => [...(await findAttempts(app.pool, id))],
      }),
    }),
  })
}

function addFilter(builder: Builder<Context>, state: StateType) {
  return builder.inputType('DeliveryFilter', {
    description: 'Which deliveries; what is given must all hold.',
    fields: (t) => ({
      webhook: t.id({ description: 'Those of this webhook.' }),
      url: t.string({ description: 'Those of actions that call this address.' }),
      entity: t.string({ description: 'Those about records of this entity.' }),
      recordId: t.string({
        description: 'Those about the record with this key; best given with its entity.',
      }),
      states: t.field({ type: [state], description: 'What has become of them.' }),
      since: t.field({ type: dateTimeType, description: 'Made at this moment or after it.' }),
      until: t.field({ type: dateTimeType, description: 'Made before this moment.' }),
    }),
  })
}

type DeliveryType = ReturnType<typeof addDeliveryType>
type FilterType = ReturnType<typeof addFilter>

function addList(builder: Builder<Context>, type: DeliveryType, filter: FilterType): void {
  const pageType = builder.objectRef<DeliveryPage>('DeliveryPage').implement({
    description: 'A page of deliveries, the newest first.',
    fields: (t) => ({
      nodes: t.field({
        type: [type],
        description: 'The deliveries of the page.',
        resolve: ({ deliveries }) => [...deliveries],
      }),
      hasNextPage: t.exposeBoolean('hasMore', { description: 'Whether older ones follow.' }),
      endCursor: t.string({
        nullable: true,
        description: 'Where the page ends, good for after; null on an empty page.',
        resolve: ({ deliveries, scope }) => {
          const last = deliveries.at(-1)
          return last ? writeCursor(scope, [last.position]) : null
        },
      }),
    }),
  })
  builder.queryField('deliveries', (t) =>
    t.field({
      type: pageType,
      access: 'admin',
      description: 'What was sent, or waits to be: the newest first.',
      args: {
        filter: t.arg({ type: filter, description: 'Which ones.' }),
        first: t.arg.int({
          required: true,
          defaultValue: fixedPage.usual,
          description: `How many, at most ${fixedPage.most}.`,
        }),
        after: t.arg.string({ description: 'Only those behind this endCursor, which is older ones.' }),
      },
      resolve: async (_, { filter: given, first, after }, { app }) => {
        checkSize('first', first, fixedPage)
        const scope = { key: app.cursorKey, order: 'deliveries' }
        const before = after == null ? undefined : String(readCursor(scope, after, 'after')[0])
        return { ...(await findDeliveries(app.pool, readFilter(given), { size: first, before })), scope }
      },
    }),
  )
}

function readFilter(given: DeliveryFilter | null | undefined): DeliveryFilter {
  return { ...given, ...(given?.webhook == null ? {} : { webhook: String(given.webhook) }) }
}

function addAgain(builder: Builder<Context>, type: DeliveryType, filter: FilterType): void {
  builder.mutationField('retryDelivery', (t) =>
    t.field({
      type,
      access: 'admin',
      description: 'Sends a delivery once more at once, under the same id.',
      args: { id: t.arg.id({ required: true, description: 'The id of the delivery.' }) },
      resolve: async (_, { id }, { app }) => {
        const delivery = await retryDelivery(app.pool, String(id))
        app.outgoing.wakeSending()
        return delivery
      },
    }),
  )
  builder.mutationField('replayDeliveries', (t) =>
    t.int({
      access: 'admin',
      description: `Sends again what the filter wants, delivered or dead, under the same ids; at most ${mostReplayed} at a time. Tells how many.`,
      args: { filter: t.arg({ type: filter, required: true, description: 'Which ones.' }) },
      resolve: async (_, { filter: given }, { app }) => {
        if (Object.values(given).every((wish) => wish == null))
          throw fail(
            'BAD_USER_INPUT',
            'The filter names nothing; say which deliveries, such as states: [DEAD]',
          )
        const count = await replayDeliveries(app.pool, readFilter(given), mostReplayed)
        app.outgoing.wakeSending()
        return count
      },
    }),
  )
}
