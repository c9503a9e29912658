// How the admin API takes a state machine: the keys of the metadata language in camelCase.
import type { Context } from '../context.ts'
import type { Choices } from './admin-choices.ts'
import type { LoadTypes } from './admin-rule-types.ts'
import { type Builder, jsonType } from './builder.ts'

/** Adds the input type StateMachineInput and those of its parts. */
export function addMachineInput(builder: Builder<Context>, choices: Choices, loads: LoadTypes) {
  const definitionInput = builder.inputType('StateMachineDefinitionInput', {
    description: 'What a state machine says.',
    fields: (t) => ({
      initial: t.string({ required: true, description: 'The state of a new record.' }),
      transitions: t.field({
        type: [addTransitionInput(builder, choices, loads)],
        required: true,
        description:
          'The ways between states; of several with the same ends, the first that lets pass is taken.',
      }),
    }),
  })
  return builder.inputType('StateMachineInput', {
    description: 'The whole definition of a state machine.',
    fields: (t) => ({
      entity: t.string({ required: true, description: 'The entity whose records have the states.' }),
      field: t.string({ required: true, description: 'The field that holds the state.' }),
      active: t.boolean({
        description: 'Whether it is in force, as one of an entity can be; by default true.',
      }),
      definition: t.field({ type: definitionInput, required: true, description: 'What it says.' }),
    }),
  })
}

function addTransitionInput(builder: Builder<Context>, choices: Choices, loads: LoadTypes) {
  const actionInput = addActionInput(builder, choices)
  return builder.inputType('TransitionInput', {
    description: 'A way from some states to another.',
    fields: (t) => ({
      from: t.stringList({ required: true, description: 'The states it leads from.' }),
      to: t.string({ required: true, description: 'The state it leads to.' }),
      roles: t.stringList({
        description: 'The roles that may take it; by default anyone who may update the record.',
      }),
      guard: t.string({ description: 'An expression that must be true.' }),
      relatedLoad: t.field({
        type: [loads.input],
        description: 'What guard and actions see as `related`.',
      }),
      actions: t.field({ type: [actionInput], description: 'What it does besides, in this order.' }),
    }),
  })
}

function addActionInput(builder: Builder<Context>, choices: Choices) {
  return builder.inputType('TransitionActionInput', {
    description: 'What a transition does besides; which parts it may have follows from its type.',
    fields: (t) => ({
      type: t.field({ type: choices.actionType, required: true, description: 'What it does.' }),
      field: t.string({ description: 'SET_FIELD: the field.' }),
      value: t.field({
        type: jsonType,
        description:
          'SET_FIELD: the value, `now` for the moment, or `{ expression: ... }`; null clears the field.',
      }),
      entity: t.string({ description: 'CREATE_RECORD: the entity of the new record.' }),
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
