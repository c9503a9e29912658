// The instances of workflows in the admin API: what they do and did, calling one off, trying a failed one again.
import { cancelInstance, retryInstance } from '../../effects/workflows/administer.ts'
import {
  countInstances,
  findHistory,
  findInstance,
  findInstances,
  findSteps,
  type InstanceQuery,
  type ShownEntry,
  type ShownInstance,
  type ShownStep,
} from '../../effects/workflows/find.ts'
import type { InstanceState } from '../../effects/workflows/instance.ts'
import { fail } from '../../errors.ts'
import { readCursor, writeCursor } from '../../pipeline/reads/cursor.ts'
import { checkSize, fixedPage } from '../../pipeline/reads/page.ts'
import { describe } from '../../reader.ts'
import type { Context } from '../context.ts'
import { addEntryType, addInstanceState, addInstanceStepType } from './admin-workflow-instance-types.ts'
import { type Builder, dateTimeType, jsonType } from './builder.ts'
import { shareDetails } from './shared-details.ts'

type Detailed = ShownInstance &
  Readonly<{ readSteps(): Promise<ShownStep[]>; readHistory(): Promise<ShownEntry[]> }>
type Filters = Omit<InstanceQuery, 'before' | 'size'>
type InstancePage = Readonly<{
  nodes: Detailed[]
  hasMore: boolean
  endCursor: string | null
  filters: Filters
}>

/** Adds the instances and what can be done with them. */
export function addWorkflowInstances(builder: Builder<Context>): void {
  const state = addInstanceState(builder)
  const instanceType = addInstanceType(builder, state)
  addInstanceList(builder, state, addPageType(builder, instanceType))
  addErrands(builder, instanceType)
}

/** Instances whose steps and history can be read for all of them at once. */
function addDetails({ app }: Context, instances: readonly ShownInstance[]): Detailed[] {
  const ids = instances.map(({ id }) => id)
  const stepsOf = shareDetails(ids, (all) => findSteps(app.pool, all))
  const historyOf = shareDetails(ids, (all) => findHistory(app.pool, all))
  return instances.map((instance) => ({
    ...instance,
    readSteps: stepsOf(instance.id),
    readHistory: historyOf(instance.id),
  }))
}

type StateType = ReturnType<typeof addInstanceState>
type InstanceType = ReturnType<typeof addInstanceType>

function addInstanceList(
  builder: Builder<Context>,
  state: StateType,
  pageType: ReturnType<typeof addPageType>,
): void {
  const { usual, most } = fixedPage
  builder.queryField('workflowInstances', (t) =>
    t.field({
      type: pageType,
      access: 'admin',
      description: 'The instances of workflows, newest first; arguments that are given must all hold.',
      args: {
        workflow: t.arg.string({ description: 'The name of the workflow, which need not exist any more.' }),
        state: t.arg({ type: state, description: 'What has become of it.' }),
        entity: t.arg.string({ description: 'The entity of the record that it is about.' }),
        recordId: t.arg.string({ description: 'The key of the record; best given with its entity.' }),
        first: t.arg.int({
          required: true,
          defaultValue: usual,
          description: `How many instances, at most ${most}.`,
        }),
        after: t.arg.string({ description: 'Only instances behind this endCursor, which is older ones.' }),
      },
      resolve: async (_, { first, after, ...filters }, context) => {
        checkSize('first', first, fixedPage)
        const scope = { key: context.app.cursorKey, order: 'workflow instances' }
        const before = after == null ? undefined : (readCursor(scope, after, 'after')[0] ?? undefined)
        const found = await findInstances(context.app.pool, { ...filters, before, size: first })
        const last = found.instances.at(-1)
        return {
          nodes: addDetails(context, found.instances),
          hasMore: found.hasMore,
          endCursor: last ? writeCursor(scope, [last.number]) : null,
          filters,
        }
      },
    }),
  )
}

function addPageType(builder: Builder<Context>, instanceType: InstanceType) {
  return builder.objectRef<InstancePage>('WorkflowInstanceConnection').implement({
    description: 'A page of instances, newest first.',
    fields: (t) => ({
      nodes: t.field({
        type: [instanceType],
        description: 'The instances of the page.',
        resolve: ({ nodes }) => nodes,
      }),
      totalCount: t.int({
        description: 'How many there are, on all pages.',
        resolve: ({ filters }, _args, { app }) => countInstances(app.pool, filters),
      }),
      hasNextPage: t.exposeBoolean('hasMore', { description: 'Whether older instances follow.' }),
      endCursor: t.exposeString('endCursor', {
        nullable: true,
        description: 'Where the page ends, good for after; null on an empty page.',
      }),
    }),
  })
}

function addInstanceType(builder: Builder<Context>, state: StateType) {
  const stepType = addInstanceStepType(builder)
  const entryType = addEntryType(builder)
  return builder.objectRef<Detailed>('WorkflowInstance').implement({
    description: 'One run of a workflow.',
    fields: (t) => {
      const moment = (key: 'startedAt' | 'endedAt' | 'dueAt', description: string) =>
        t.field({ type: dateTimeType, nullable: true, description, resolve: (instance) => instance[key] })
      return {
        id: t.exposeID('id', { description: 'Its id.' }),
        workflow: t.exposeString('workflow', { description: 'The name of the workflow.' }),
        state: t.field({
          type: state,
          description: 'What has become of it.',
          resolve: (instance): InstanceState => instance.state,
        }),
        entity: t.exposeString('entity', {
          nullable: true,
          description: 'The entity of the record that it is about; null when it is about none.',
        }),
        recordId: t.exposeString('recordId', { nullable: true, description: 'The key of that record.' }),
        userId: t.exposeID('userId', { nullable: true, description: 'The user who caused it.' }),
        requestId: t.exposeString('requestId', { description: 'The request that caused it.' }),
        context: t.field({
          type: jsonType,
          nullable: true,
          description: 'What its steps see as `context`; null before the first step.',
          resolve: ({ context }) => context,
        }),
        definition: t.field({
          type: jsonType,
          description: 'The definition that it began with, and keeps.',
          resolve: ({ definition }) => definition,
        }),
        dueAt: moment('dueAt', 'When it is looked at next; null when only a decision or an event leads on.'),
        attempts: t.exposeInt('attempts', { description: 'How often the step at hand has failed in a row.' }),
        error: t.exposeString('error', { nullable: true, description: 'Why the step at hand failed last.' }),
        chain: t.exposeInt('hops', {
          description: 'How many workflows started one another up to this one; a chain stops at 16.',
        }),
        startedAt: moment('startedAt', 'When it was started.'),
        endedAt: moment('endedAt', 'When it ended.'),
        steps: t.field({
          type: [stepType],
          description: 'The steps that it has come to, in order.',
          resolve: (instance) => instance.readSteps(),
        }),
        history: t.field({
          type: [entryType],
          description: 'What happened to it, in order.',
          resolve: (instance) => instance.readHistory(),
        }),
      }
    },
  })
}

function addErrands(builder: Builder<Context>, instanceType: InstanceType): void {
  const errands = [
    ['cancelWorkflowInstance', cancelInstance, 'Calls an instance off that runs or has failed.'],
    ['retryWorkflowInstance', retryInstance, 'Lets an instance that has failed take its step again.'],
  ] as const
  for (const [name, carryOut, description] of errands)
    builder.mutationField(name, (t) =>
      t.field({
        type: instanceType,
        access: 'admin',
        description,
        args: { id: t.arg.id({ required: true, description: 'The id of the instance.' }) },
        resolve: async (_, { id }, context) => {
          await carryOut(context.app.pool, { id: String(id), viewer: context.viewer })
          context.app.wakeWorkflows()
          return await requireInstance(context, String(id))
        },
      }),
    )
}

async function requireInstance(context: Context, id: string): Promise<Detailed> {
  const { app, viewer, edition } = context
  const found = await findInstance({ pool: app.pool, registry: edition.registry, viewer }, id)
  const [instance] = addDetails(context, found ? [found] : [])
  if (instance === undefined)
    throw fail('NOT_FOUND', `There is no instance of a workflow with the id ${describe(id)}`)
  return instance
}
