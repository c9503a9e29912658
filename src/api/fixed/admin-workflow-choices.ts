// The enums that workflows are defined with.
import type { Context } from '../context.ts'
import type { Builder } from './builder.ts'
import { listValues } from './enum-values.ts'

/** Adds the kinds of triggers, steps and assignees. */
export function addWorkflowChoices(builder: Builder<Context>) {
  return {
    triggerType: builder.enumType('WorkflowTriggerType', {
      description: 'What starts a workflow.',
      values: listValues({
        state_change: 'A write leaves a field at a value that it did not have before.',
        record_created: 'A record is created.',
        record_updated: 'A record is changed.',
        record_deleted: 'A record is deleted.',
        event: 'An event is sent.',
        schedule: 'A time comes, again and again.',
      }),
    }),
    stepType: builder.enumType('WorkflowStepType', {
      description: 'What a step does.',
      values: listValues({
        action: 'Does its actions, all of them or none.',
        condition: 'Goes one way or another.',
        approval: 'Waits until somebody approves or rejects.',
        wait: 'Waits for a while, or for an event.',
        parallel: 'Goes several ways at once.',
      }),
    }),
    parallelMode: builder.enumType('WorkflowParallelMode', {
      description: 'When a parallel step is over.',
      values: listValues({
        all: 'When all branches are at their end.',
        any: 'When the first branch is; the rest is cancelled.',
      }),
    }),
    waitSubject: builder.enumType('WorkflowWaitSubject', {
      description: 'What the event that ends a wait must be about.',
      values: listValues({ record: 'The record of the workflow.', any: 'Anything.' }),
    }),
    assigneeType: builder.enumType('WorkflowAssigneeType', {
      description: 'How the one who decides is named.',
      values: listValues({
        user: 'A user, by id.',
        role: 'Everyone who has a role.',
        field: 'The user whose id stands where an expression looks.',
      }),
    }),
  }
}
