// Approvals in the data API: those that wait for the viewer, deciding them, and what became of a workflow.
import { countPending, findPending, type PendingApproval } from '../../effects/workflows/approvals.ts'
import { type Decision, type Desk, decide } from '../../effects/workflows/decide.ts'
import { findInstance, findSteps, type ShownInstance, type ShownStep } from '../../effects/workflows/find.ts'
import type { InstanceState } from '../../effects/workflows/instance.ts'
import { readCursor, writeCursor } from '../../pipeline/reads/cursor.ts'
import { checkSize, fixedPage } from '../../pipeline/reads/page.ts'
import type { Context } from '../context.ts'
import { type Builder, dateTimeType } from './builder.ts'
import { listValues } from './enum-values.ts'

type ApprovalPage = Readonly<{
  nodes: readonly PendingApproval[]
  hasMore: boolean
  endCursor: string | null
}>

/** Adds the approvals and the instances that they belong to. */
export function addApprovals(builder: Builder<Context>): void {
  const instanceType = addInstanceType(builder)
  addPendingApprovals(builder, addPageType(builder))
  builder.queryField('workflowInstance', (t) =>
    t.field({
      type: instanceType,
      nullable: true,
      access: 'user',
      description: 'A run of a workflow; null unless you may see the record that it is about.',
      args: { id: t.arg.id({ required: true, description: 'The id of the instance.' }) },
      resolve: (_, { id }, context) => findInstance(startDesk(context), String(id)),
    }),
  )
  addDecisions(builder, instanceType)
}

function startDesk({ app, edition, viewer }: Context): Desk {
  return { pool: app.pool, registry: edition.registry, viewer }
}

function addPendingApprovals(builder: Builder<Context>, pageType: ReturnType<typeof addPageType>): void {
  const { usual, most } = fixedPage
  builder.queryField('pendingApprovals', (t) =>
    t.field({
      type: pageType,
      access: 'user',
      description:
        'What waits for your decision, about records that you may see; those that wait longest first.',
      args: {
        first: t.arg.int({ required: true, defaultValue: usual, description: `How many, at most ${most}.` }),
        after: t.arg.string({ description: 'Only approvals behind this endCursor.' }),
      },
      resolve: async (_, { first, after }, context) => {
        checkSize('first', first, fixedPage)
        const scope = { key: context.app.cursorKey, order: 'pending approvals' }
        const place = after == null ? undefined : (readCursor(scope, after, 'after')[0] ?? undefined)
        const { approvals, hasMore } = await findPending(startDesk(context), { after: place, size: first })
        const last = approvals.at(-1)
        return { nodes: approvals, hasMore, endCursor: last ? writeCursor(scope, [last.number]) : null }
      },
    }),
  )
}

function addPageType(builder: Builder<Context>) {
  const approvalType = addPendingType(builder)
  return builder.objectRef<ApprovalPage>('PendingApprovalConnection').implement({
    description: 'A page of approvals that wait.',
    fields: (t) => ({
      nodes: t.field({
        type: [approvalType],
        description: 'The approvals of the page.',
        resolve: ({ nodes }) => [...nodes],
      }),
      totalCount: t.int({
        description: 'How many there are, on all pages.',
        resolve: (_page, _args, context) => countPending(startDesk(context)),
      }),
      hasNextPage: t.exposeBoolean('hasMore', { description: 'Whether more follow.' }),
      endCursor: t.exposeString('endCursor', {
        nullable: true,
        description: 'Where the page ends, good for after; null on an empty page.',
      }),
    }),
  })
}

function addPendingType(builder: Builder<Context>) {
  return builder.objectRef<PendingApproval>('PendingApproval').implement({
    description: 'A step of a workflow that waits for your decision.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Its id, good for approveStep and rejectStep.' }),
      instanceId: t.exposeID('instanceId', { description: 'The run of the workflow.' }),
      workflow: t.exposeString('workflow', { description: 'The name of the workflow.' }),
      step: t.exposeString('step', { description: 'The name of the step.' }),
      entity: t.exposeString('entity', {
        nullable: true,
        description: 'The entity of the record that it is about; null when it is about none.',
      }),
      recordId: t.exposeID('recordId', { nullable: true, description: 'The key of that record.' }),
      userId: t.exposeID('userId', { nullable: true, description: 'The user who caused the workflow.' }),
      askedAt: t.field({
        type: dateTimeType,
        description: 'Since when it waits.',
        resolve: ({ askedAt }) => askedAt,
      }),
      dueAt: t.field({
        type: dateTimeType,
        nullable: true,
        description: 'Until when it waits; null without an end.',
        resolve: ({ dueAt }) => dueAt,
      }),
    }),
  })
}

function addInstanceType(builder: Builder<Context>) {
  const state = addState(builder)
  const approvalType = addApprovalType(builder)
  return builder.objectRef<ShownInstance>('WorkflowInstance').implement({
    description: 'A run of a workflow.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Its id.' }),
      workflow: t.exposeString('workflow', { description: 'The name of the workflow.' }),
      state: t.field({
        type: state,
        description: 'What has become of it.',
        resolve: (instance): InstanceState => instance.state,
      }),
      entity: t.exposeString('entity', {
        nullable: true,
        description: 'The entity of the record that it is about.',
      }),
      recordId: t.exposeID('recordId', { nullable: true, description: 'The key of that record.' }),
      userId: t.exposeID('userId', { nullable: true, description: 'The user who caused it.' }),
      startedAt: t.field({
        type: dateTimeType,
        description: 'When it was started.',
        resolve: ({ startedAt }) => startedAt,
      }),
      endedAt: t.field({
        type: dateTimeType,
        nullable: true,
        description: 'When it ended.',
        resolve: ({ endedAt }) => endedAt,
      }),
      approvals: t.field({
        type: [approvalType],
        description: 'The approvals that it has come to, in order.',
        resolve: async ({ id }, _args, { app }) => {
          const steps = (await findSteps(app.pool, [id])).get(id) ?? []
          return steps.filter(({ kind }) => kind === 'approval')
        },
      }),
    }),
  })
}

function addState(builder: Builder<Context>) {
  const descriptions: Readonly<Record<InstanceState, string>> = {
    running: 'It goes on, or waits.',
    completed: 'It came to its end.',
    failed: 'It came to a halt; an administrator can let it go on.',
    cancelled: 'It was called off.',
  }
  return builder.enumType('WorkflowInstanceState', {
    description: 'What has become of a run of a workflow.',
    values: listValues(descriptions),
  })
}

type Verdict = 'pending' | 'approved' | 'rejected' | 'timed_out' | 'cancelled'

function findVerdict({ state, outcome }: ShownStep): Verdict {
  if (outcome === 'approved' || outcome === 'rejected' || outcome === 'timed_out') return outcome
  return state === 'cancelled' ? 'cancelled' : 'pending'
}

function addApprovalType(builder: Builder<Context>) {
  const descriptions: Readonly<Record<Verdict, string>> = {
    pending: 'It waits.',
    approved: 'It was approved.',
    rejected: 'It was rejected.',
    timed_out: 'Nobody decided in time.',
    cancelled: 'It was called off.',
  }
  const verdict = builder.enumType('WorkflowVerdict', {
    description: 'What became of an approval.',
    values: listValues(descriptions),
  })
  return builder.objectRef<ShownStep>('WorkflowApproval').implement({
    description: 'An approval that a run of a workflow has come to.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Its id.' }),
      step: t.exposeString('step', { description: 'The name of the step.' }),
      verdict: t.field({ type: verdict, description: 'What became of it.', resolve: findVerdict }),
      comment: t.exposeString('comment', { nullable: true, description: 'What the one who decided said.' }),
      decidedBy: t.exposeID('decidedBy', { nullable: true, description: 'The id of the one who decided.' }),
      askedAt: t.field({
        type: dateTimeType,
        description: 'Since when it waits, or waited.',
        resolve: ({ startedAt }) => startedAt,
      }),
      dueAt: t.field({
        type: dateTimeType,
        nullable: true,
        description: 'Until when it waits.',
        resolve: (step) => (findVerdict(step) === 'pending' ? step.dueAt : null),
      }),
    }),
  })
}

function addDecisions(builder: Builder<Context>, instanceType: ReturnType<typeof addInstanceType>): void {
  const decisions = [
    ['approveStep', 'approved', 'Approves a step of a workflow that waits for you; it is decided once.'],
    ['rejectStep', 'rejected', 'Rejects a step of a workflow that waits for you; it is decided once.'],
  ] as const
  for (const [name, outcome, description] of decisions)
    builder.mutationField(name, (t) =>
      t.field({
        type: instanceType,
        nullable: true,
        access: 'user',
        description,
        args: {
          id: t.arg.id({ required: true, description: 'The id of the approval.' }),
          comment: t.arg.string({ description: 'What there is to say about it.' }),
        },
        resolve: (_, { id, comment }, context) =>
          carryOut(context, { stepId: String(id), outcome, ...(comment == null ? {} : { comment }) }),
      }),
    )
}

async function carryOut(context: Context, decision: Decision): Promise<ShownInstance | undefined> {
  const desk = startDesk(context)
  const instanceId = await decide(desk, decision)
  context.app.wakeWorkflows()
  return await findInstance(desk, instanceId)
}
