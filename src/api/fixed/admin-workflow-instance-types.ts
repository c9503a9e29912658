// How the admin API shows the steps and the history of an instance.
import type { ShownEntry, ShownStep } from '../../effects/workflows/find.ts'
import type { Happening } from '../../effects/workflows/history.ts'
import type { InstanceState } from '../../effects/workflows/instance.ts'
import type { Context } from '../context.ts'
import { type Builder, dateTimeType } from './builder.ts'
import { listValues } from './enum-values.ts'

/** Adds the enum of what can have become of an instance. */
export function addInstanceState(builder: Builder<Context>) {
  const descriptions: Readonly<Record<InstanceState, string>> = {
    running: 'It has steps to take, or waits.',
    completed: 'It came to its end.',
    failed: 'A step failed, and is not tried again before an administrator says so.',
    cancelled: 'It was called off, or its record was deleted.',
  }
  return builder.enumType('WorkflowInstanceState', {
    description: 'What has become of an instance of a workflow.',
    values: listValues(descriptions),
  })
}

function addStepState(builder: Builder<Context>) {
  const descriptions: Readonly<Record<ShownStep['state'], string>> = {
    ready: 'It is about to be taken.',
    waiting: 'It waits for time, an event, a decision or its branches.',
    done: 'It is over.',
    cancelled: 'It was called off.',
  }
  return builder.enumType('WorkflowInstanceStepState', {
    description: 'What has become of a step.',
    values: listValues(descriptions),
  })
}

/** Adds the type of a step that an instance has come to. */
export function addInstanceStepType(builder: Builder<Context>) {
  const state = addStepState(builder)
  return builder.objectRef<ShownStep>('WorkflowInstanceStep').implement({
    description: 'A step that an instance has come to.',
    fields: (t) => {
      const moment = (key: 'startedAt' | 'endedAt' | 'dueAt', description: string) =>
        t.field({ type: dateTimeType, nullable: true, description, resolve: (step) => step[key] })
      return {
        id: t.exposeID('id', { description: 'Its id, good for approveStep and rejectStep of the data API.' }),
        step: t.exposeString('step', { description: 'The id of the step in the definition.' }),
        state: t.field({
          type: state,
          description: 'What has become of it.',
          resolve: (step) => step.state,
        }),
        outcome: t.exposeString('outcome', {
          nullable: true,
          description: 'What came of it: `done`, `true`, `false`, `approved`, `rejected`, `timed_out`.',
        }),
        comment: t.exposeString('comment', { nullable: true, description: 'What the one who decided said.' }),
        decidedBy: t.exposeID('decidedBy', { nullable: true, description: 'The id of the one who decided.' }),
        dueAt: moment('dueAt', 'When its time is over.'),
        startedAt: moment('startedAt', 'When the instance came to it.'),
        endedAt: moment('endedAt', 'When it was over.'),
      }
    },
  })
}

/** Adds the type of an entry of the history of an instance. */
export function addEntryType(builder: Builder<Context>) {
  const descriptions: Readonly<Record<Happening, string>> = {
    started: 'It was started.',
    done: 'A step was taken.',
    asked: 'An approval began to wait.',
    approved: 'Somebody approved.',
    rejected: 'Somebody rejected.',
    timed_out: 'A step ran out of time.',
    postponed: 'A step failed, and is tried again.',
    failed: 'A step failed for good.',
    retried: 'An administrator let it go on.',
    cancelled: 'It was called off.',
    completed: 'It came to its end.',
  }
  const what = builder.enumType('WorkflowHappening', {
    description: 'What can happen to an instance.',
    values: listValues(descriptions),
  })
  return builder.objectRef<ShownEntry>('WorkflowHistoryEntry').implement({
    description: 'Something that happened to an instance.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'The id of the entry.' }),
      at: t.field({ type: dateTimeType, description: 'When it happened.', resolve: ({ at }) => at }),
      what: t.field({ type: what, description: 'What happened.', resolve: (entry) => entry.what }),
      step: t.exposeString('step', { nullable: true, description: 'The step that it happened to.' }),
      message: t.exposeString('message', {
        nullable: true,
        description: 'The comment of a decision, the reason of a failure, the result of a condition.',
      }),
      actor: t.exposeString('actor', { description: '`system:workflow`, or `user:<id>`.' }),
      userId: t.exposeID('userId', { nullable: true, description: 'The user whose word it was.' }),
    }),
  })
}
