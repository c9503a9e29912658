// The figures of an app in the admin API: how far behind its deliveries are, and where its workflows stand.
import { type Figures, findFigures, mostCounted } from '../../effects/figures.ts'
import type { InstanceState } from '../../effects/workflows/instance.ts'
import type { Context } from '../context.ts'
import type { Builder } from './builder.ts'

/** The figures with the definitions that are served. */
type AppFigures = Figures & Readonly<{ revision: number }>
type OutboxCount = Extract<keyof Figures, `events${string}` | `deliveries${string}` | 'attempts' | 'failures'>

const outboxCounts: Readonly<Partial<Record<OutboxCount, string>>> = {
  eventsWaiting: 'Events that are no deliveries yet.',
  deliveriesWaiting: 'Deliveries that are not done with.',
  deliveriesDue: 'Those of them that could be sent now.',
  deliveriesDelivered: 'Deliveries that were taken; they are kept for seven days.',
  deliveriesDead: 'Deliveries that were given up; they are kept for thirty days.',
  attempts: 'Tries of the last hour.',
  failures: 'Those of them that were not taken.',
}
const outboxAges: Readonly<Partial<Record<OutboxCount, string>>> = {
  eventsLag: 'For how many seconds the first event has waited.',
  deliveriesLag: 'For how many seconds the first delivery has been due.',
}
const instanceCounts: Readonly<Record<InstanceState, string>> = {
  running: 'Those that go on, or wait for a time, an event or a decision.',
  completed: 'Those that came to their end.',
  failed: 'Those that stopped at an error.',
  cancelled: 'Those that were given up.',
}

/** Adds what /metrics tells of an app, for its administrators. */
export function addFigures(builder: Builder<Context>): void {
  const outbox = addOutboxType(builder)
  const instances = addInstancesType(builder)
  const type = builder.objectRef<AppFigures>('AppFigures').implement({
    description: `How the app stands, on all instances together. No count goes beyond ${mostCounted}.`,
    fields: (t) => ({
      revision: t.exposeInt('revision', {
        description: 'The revision of the definitions that this instance serves.',
      }),
      outbox: t.field({
        type: outbox,
        description: 'How far behind the deliveries are.',
        resolve: (all) => all,
      }),
      workflowInstances: t.field({
        type: instances,
        description: 'Instances of workflows by state.',
        resolve: (all) => all.instances,
      }),
    }),
  })
  builder.queryField('figures', (t) =>
    t.field({
      type,
      access: 'admin',
      description: 'How the app stands: the same numbers as in /metrics.',
      resolve: async (_root, _args, { app, edition }) => ({
        ...(await findFigures(app.pool)),
        revision: edition.revision,
      }),
    }),
  )
  builder.queryField('outbox', (t) =>
    t.field({
      type: outbox,
      access: 'admin',
      description: 'How far behind the deliveries are.',
      resolve: (_root, _args, { app }) => findFigures(app.pool),
    }),
  )
}

function addOutboxType(builder: Builder<Context>) {
  return builder.objectRef<Figures>('OutboxFigures').implement({
    description: 'How far behind the deliveries of the app are, on all instances together.',
    fields: (t) => ({
      ...Object.fromEntries(
        Object.entries(outboxCounts).map(([name, description]) => [
          name,
          t.exposeInt(name as OutboxCount, { description }),
        ]),
      ),
      ...Object.fromEntries(
        Object.entries(outboxAges).map(([name, description]) => [
          name,
          t.exposeFloat(name as OutboxCount, { description }),
        ]),
      ),
    }),
  })
}

function addInstancesType(builder: Builder<Context>) {
  return builder.objectRef<Figures['instances']>('WorkflowInstanceCounts').implement({
    description: 'How many instances of workflows are in each state.',
    fields: (t) =>
      Object.fromEntries(
        Object.entries(instanceCounts).map(([name, description]) => [
          name,
          t.exposeInt(name as InstanceState, { description }),
        ]),
      ),
  })
}
