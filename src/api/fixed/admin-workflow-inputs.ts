// How the admin API takes a workflow: the keys of the metadata language in camelCase.
import type { Context } from '../context.ts'
import type { Choices } from './admin-choices.ts'
import { type Builder, jsonType } from './builder.ts'

/** Adds the input type WorkflowInput and those of its parts. */
export function addWorkflowInput(builder: Builder<Context>, choices: Choices) {
  return builder.inputType('WorkflowInput', {
    description: 'The whole definition of a workflow.',
    fields: (t) => ({
      name: t.string({ required: true, description: 'Its name, unique among the workflows.' }),
      description: t.string({ description: 'What it is for.' }),
      active: t.boolean({ description: 'Whether it is started; by default true.' }),
      trigger: t.field({
        type: addTriggerInput(builder, choices),
        required: true,
        description: 'What starts it.',
      }),
      context: t.field({
        type: jsonType,
        description: 'Names, as documents spell them, and expressions: what the steps see as `context`.',
      }),
      steps: t.field({
        type: [addStepInput(builder, choices)],
        required: true,
        description: 'The steps; it begins with the first.',
      }),
    }),
  })
}

function addTriggerInput(builder: Builder<Context>, choices: Choices) {
  return builder.inputType('WorkflowTriggerInput', {
    description: 'What starts a workflow; which parts it may have follows from its type.',
    fields: (t) => ({
      type: t.field({ type: choices.triggerType, required: true, description: 'What happens.' }),
      entity: t.string({ description: 'The entity; EVENT: only events about its records.' }),
      field: t.string({ description: 'STATE_CHANGE: the field.' }),
      to: t.field({ type: jsonType, description: 'STATE_CHANGE: the value that the field gets.' }),
      event: t.string({ description: 'EVENT: the name of the event.' }),
      cron: t.string({ description: 'SCHEDULE: five fields of cron, such as `0 9 * * 1-5`.' }),
      timeZone: t.string({ description: 'SCHEDULE: an IANA time zone; by default UTC.' }),
    }),
  })
}

function addAssigneeInput(builder: Builder<Context>, choices: Choices) {
  return builder.inputType('WorkflowAssigneeInput', {
    description: 'Who decides; which part it has follows from its type.',
    fields: (t) => ({
      type: t.field({ type: choices.assigneeType, required: true, description: 'How they are named.' }),
      id: t.string({ description: 'USER: the id of the user.' }),
      role: t.string({ description: 'ROLE: the role.' }),
      path: t.string({ description: 'FIELD: where the id stands, such as `record.manager_id`.' }),
    }),
  })
}

function addStepInput(builder: Builder<Context>, choices: Choices) {
  const actionInput = addActionInput(builder, choices)
  const assigneeInput = addAssigneeInput(builder, choices)
  return builder.inputType('WorkflowStepInput', {
    description:
      'A step; which parts it may have follows from its type. Ways lead to the id of a step, or to `end`.',
    fields: (t) => ({
      id: t.string({ required: true, description: 'Its name, by which others lead to it.' }),
      type: t.field({ type: choices.stepType, required: true, description: 'What it does.' }),
      actions: t.field({ type: [actionInput], description: 'ACTION: what it does, in this order.' }),
      expression: t.string({ description: 'CONDITION: an expression that is true or false.' }),
      onTrue: t.string({ description: 'CONDITION: where it goes when it is true.' }),
      onFalse: t.string({ description: 'CONDITION: where it goes when it is not.' }),
      assignee: t.field({ type: assigneeInput, description: 'APPROVAL: who decides.' }),
      fourEyes: t.boolean({
        description: 'APPROVAL: whether it must be another than who caused the workflow.',
      }),
      duration: t.string({ description: 'WAIT: for how long, such as `48h`.' }),
      event: t.string({ description: 'WAIT: for which event.' }),
      about: t.field({ type: choices.waitSubject, description: 'WAIT: what the event must be about.' }),
      timeout: t.string({ description: 'APPROVAL, WAIT for an event: how long at most, such as `7d`.' }),
      mode: t.field({ type: choices.parallelMode, description: 'PARALLEL: when it is over.' }),
      branches: t.stringList({ description: 'PARALLEL: the first step of each branch.' }),
      onApprove: t.string({ description: 'APPROVAL: where it goes when it is approved.' }),
      onReject: t.string({ description: 'APPROVAL: where it goes when it is rejected.' }),
      onTimeout: t.string({ description: 'Where it goes when the timeout is over.' }),
      // biome-ignore lint/suspicious/noThenProperty: the language's word; this object is read by the builder alone
      then: t.string({ description: 'ACTION, WAIT, PARALLEL: where it goes.' }),
    }),
  })
}

function addActionInput(builder: Builder<Context>, choices: Choices) {
  return builder.inputType('WorkflowActionInput', {
    description: 'What a step does; which parts it may have follows from its type.',
    fields: (t) => ({
      type: t.field({ type: choices.actionType, required: true, description: 'What it does.' }),
      entity: t.string({
        description: "SET_FIELD, CREATE_RECORD: the entity; by default the workflow's own.",
      }),
      recordId: t.string({
        description: "SET_FIELD: an expression for the id of the record; by default the workflow's own.",
      }),
      field: t.string({ description: 'SET_FIELD: the field.' }),
      value: t.field({
        type: jsonType,
        description:
          'SET_FIELD: the value, `now` for the moment, or `{ expression: ... }`; null clears the field.',
      }),
      values: t.field({
        type: jsonType,
        description:
          'CREATE_RECORD: its fields, as documents spell them, each a value or `{ expression: ... }`.',
      }),
      event: t.string({ description: 'SEND_EVENT: the name of the event.' }),
      payload: t.field({
        type: jsonType,
        description:
          'SEND_EVENT: what goes with it, each a value or `{ expression: ... }`. WEBHOOK: what is sent.',
      }),
      url: t.string({ description: 'WEBHOOK: the address.' }),
      method: t.string({ description: 'WEBHOOK: the HTTP method, such as POST.' }),
      headers: t.field({ type: jsonType, description: 'WEBHOOK: headers to send.' }),
      retry: t.field({ type: jsonType, description: 'WEBHOOK: how often it is tried.' }),
    }),
  })
}
