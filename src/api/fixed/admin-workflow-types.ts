// How the admin API shows a workflow.
import { type Workflow, writeWorkflow } from '../../metadata/workflow.ts'
import type { Assignee } from '../../metadata/workflows/assignee.ts'
import { type Step, writeStep } from '../../metadata/workflows/step.ts'
import { type Trigger, writeTrigger } from '../../metadata/workflows/trigger.ts'
import { isObject } from '../../reader.ts'
import type { Context } from '../context.ts'
import type { Choices } from './admin-choices.ts'
import { type Builder, jsonType } from './builder.ts'

/** Adds the type Workflow and those of its parts. */
export function addWorkflowType(builder: Builder<Context>, choices: Choices) {
  return builder.objectRef<Workflow>('Workflow').implement({
    description: 'What starts a workflow, and the steps that follow.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name.' }),
      description: t.exposeString('description', { description: 'What it is for.' }),
      active: t.exposeBoolean('active', { description: 'Whether it is started.' }),
      trigger: t.field({
        type: addTriggerType(builder, choices),
        description: 'What starts it.',
        resolve: ({ trigger }) => trigger,
      }),
      context: t.field({
        type: jsonType,
        description: 'What the steps see as `context`: names and expressions.',
        resolve: ({ context }) => context,
      }),
      steps: t.field({
        type: [addStepType(builder, choices)],
        description: 'The steps; it begins with the first.',
        resolve: ({ steps }) => [...steps],
      }),
      definition: t.field({
        type: jsonType,
        description: 'The whole definition, as a document spells it.',
        resolve: writeWorkflow,
      }),
    }),
  })
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function addTriggerType(builder: Builder<Context>, choices: Choices) {
  return builder.objectRef<Trigger>('WorkflowTrigger').implement({
    description: 'What starts a workflow; which parts there are follows from its type.',
    fields: (t) => {
      const text = (key: string, description: string) =>
        t.string({ nullable: true, description, resolve: (trigger) => readText(writeTrigger(trigger)[key]) })
      return {
        type: t.field({
          type: choices.triggerType,
          description: 'What happens.',
          resolve: ({ type }) => type,
        }),
        entity: text('entity', 'The entity.'),
        field: text('field', 'STATE_CHANGE: the field.'),
        to: t.field({
          type: jsonType,
          nullable: true,
          description: 'STATE_CHANGE: the value that the field gets.',
          resolve: (trigger) => writeTrigger(trigger).to,
        }),
        event: text('event', 'EVENT: the name of the event.'),
        cron: text('cron', 'SCHEDULE: five fields of cron.'),
        timeZone: t.string({
          nullable: true,
          description: 'SCHEDULE: the time zone.',
          resolve: (trigger) => (trigger.type === 'schedule' ? trigger.timeZone : undefined),
        }),
      }
    },
  })
}

function addAssigneeType(builder: Builder<Context>, choices: Choices) {
  return builder.objectRef<Assignee>('WorkflowAssignee').implement({
    description: 'Who decides; which part there is follows from its type.',
    fields: (t) => ({
      type: t.field({
        type: choices.assigneeType,
        description: 'How they are named.',
        resolve: ({ type }) => type,
      }),
      id: t.string({
        nullable: true,
        description: 'USER: the id of the user.',
        resolve: (assignee) => (assignee.type === 'user' ? assignee.id : undefined),
      }),
      role: t.string({
        nullable: true,
        description: 'ROLE: the role.',
        resolve: (assignee) => (assignee.type === 'role' ? assignee.role : undefined),
      }),
      path: t.string({
        nullable: true,
        description: 'FIELD: where the id stands.',
        resolve: (assignee) => (assignee.type === 'field' ? assignee.path : undefined),
      }),
    }),
  })
}

function addStepType(builder: Builder<Context>, choices: Choices) {
  const actionType = addActionType(builder, choices)
  const assigneeType = addAssigneeType(builder, choices)
  return builder.objectRef<Step>('WorkflowStep').implement({
    description: 'A step; which parts there are follows from its type.',
    fields: (t) => {
      const text = (key: string, description: string) =>
        t.string({ nullable: true, description, resolve: (step) => readText(writeStep(step)[key]) })
      return {
        id: t.exposeString('id', { description: 'Its name.' }),
        type: t.field({ type: choices.stepType, description: 'What it does.', resolve: ({ type }) => type }),
        actions: t.field({
          type: [actionType],
          nullable: true,
          description: 'ACTION: what it does.',
          resolve: (step) => listActions(step),
        }),
        expression: text('expression', 'CONDITION: an expression that is true or false.'),
        onTrue: text('on_true', 'CONDITION: where it goes when it is true.'),
        onFalse: text('on_false', 'CONDITION: where it goes when it is not.'),
        assignee: t.field({
          type: assigneeType,
          nullable: true,
          description: 'APPROVAL: who decides.',
          resolve: (step) => (step.type === 'approval' ? step.assignee : undefined),
        }),
        fourEyes: t.boolean({
          nullable: true,
          description: 'APPROVAL: whether it must be another than who caused the workflow.',
          resolve: (step) => (step.type === 'approval' ? step.fourEyes : undefined),
        }),
        duration: text('duration', 'WAIT: for how long.'),
        event: text('event', 'WAIT: for which event.'),
        about: t.field({
          type: choices.waitSubject,
          nullable: true,
          description: 'WAIT for an event: what it must be about.',
          resolve: (step) => (step.type === 'wait' && step.event !== undefined ? step.about : undefined),
        }),
        timeout: text('timeout', 'APPROVAL, WAIT for an event: how long at most.'),
        mode: t.field({
          type: choices.parallelMode,
          nullable: true,
          description: 'PARALLEL: when it is over.',
          resolve: (step) => (step.type === 'parallel' ? step.mode : undefined),
        }),
        branches: t.stringList({
          nullable: true,
          description: 'PARALLEL: the first step of each branch.',
          resolve: (step) => (step.type === 'parallel' ? [...step.branches] : undefined),
        }),
        onApprove: text('on_approve', 'APPROVAL: where it goes when it is approved.'),
        onReject: text('on_reject', 'APPROVAL: where it goes when it is rejected.'),
        onTimeout: text('on_timeout', 'Where it goes when the timeout is over.'),
        // biome-ignore lint/suspicious/noThenProperty: the language's word; this object is read by the builder alone
        then: text('then', 'ACTION, WAIT, PARALLEL: where it goes.'),
      }
    },
  })
}

/** The actions of a step as they are written. */
function listActions(step: Step): Record<string, unknown>[] | undefined {
  const { actions } = writeStep(step)
  return Array.isArray(actions) ? actions.filter(isObject) : undefined
}

function addActionType(builder: Builder<Context>, choices: Choices) {
  return builder.objectRef<Record<string, unknown>>('WorkflowAction').implement({
    description: 'What a step does; which parts there are follows from its type.',
    fields: (t) => {
      const text = (key: string, description: string) =>
        t.string({ nullable: true, description, resolve: (action) => readText(action[key]) })
      const json = (key: string, description: string) =>
        t.field({ type: jsonType, nullable: true, description, resolve: (action) => action[key] })
      return {
        type: t.field({
          type: choices.actionType,
          description: 'What it does.',
          resolve: ({ type }) => type as 'set_field' | 'create_record' | 'send_event' | 'webhook',
        }),
        entity: text('entity', 'SET_FIELD, CREATE_RECORD: the entity.'),
        recordId: text('record_id', 'SET_FIELD: an expression for the id of the record.'),
        field: text('field', 'SET_FIELD: the field.'),
        value: json('value', 'SET_FIELD: the value, `now`, or `{ expression: ... }`.'),
        values: json('values', 'CREATE_RECORD: its fields, each a value or `{ expression: ... }`.'),
        event: text('event', 'SEND_EVENT: the name of the event.'),
        payload: json('payload', 'SEND_EVENT, WEBHOOK: what goes with it.'),
        url: text('url', 'WEBHOOK: the address.'),
        method: text('method', 'WEBHOOK: the HTTP method.'),
        headers: json('headers', 'WEBHOOK: headers to send.'),
        retry: json('retry', 'WEBHOOK: how often it is tried.'),
      }
    },
  })
}
