// How the admin API shows a state machine.
import { type MachineAction, writeAction } from '../../metadata/machine-action.ts'
import { listStates, type StateMachine, type TransitionDefinition } from '../../metadata/state-machine.ts'
import type { Context } from '../context.ts'
import type { Choices } from './admin-choices.ts'
import type { LoadTypes } from './admin-rule-types.ts'
import { type Builder, jsonType } from './builder.ts'

/** Adds the type StateMachine and those of its parts. */
export function addMachineType(builder: Builder<Context>, choices: Choices, loads: LoadTypes) {
  const transitionType = addTransitionType(builder, choices, loads)
  return builder.objectRef<StateMachine>('StateMachine').implement({
    description:
      'The state machine of a field: which states it has, and how a record gets from one to another.',
    fields: (t) => ({
      entity: t.exposeString('entity', { description: 'The entity whose records have the states.' }),
      field: t.exposeString('field', { description: 'The field that holds the state.' }),
      active: t.exposeBoolean('active', { description: 'Whether it is in force.' }),
      states: t.stringList({
        description: 'All states, the initial one first.',
        resolve: ({ definition }) => [...listStates(definition)],
      }),
      definition: t.field({
        type: addDefinitionType(builder, transitionType),
        description: 'What it says.',
        resolve: ({ definition }) => definition,
      }),
    }),
  })
}

type TransitionType = ReturnType<typeof addTransitionType>

function addDefinitionType(builder: Builder<Context>, transitionType: TransitionType) {
  return builder.objectRef<StateMachine['definition']>('StateMachineDefinition').implement({
    description: 'What a state machine says.',
    fields: (t) => ({
      initial: t.exposeString('initial', { description: 'The state of a new record.' }),
      transitions: t.field({
        type: [transitionType],
        description:
          'The ways between states; of several with the same ends, the first that lets pass is taken.',
        resolve: ({ transitions }) => [...transitions],
      }),
    }),
  })
}

function addTransitionType(builder: Builder<Context>, choices: Choices, loads: LoadTypes) {
  const actionType = addActionType(builder, choices)
  return builder.objectRef<TransitionDefinition>('Transition').implement({
    description: 'A way from some states to another.',
    fields: (t) => ({
      from: t.stringList({ description: 'The states it leads from.', resolve: ({ from }) => [...from] }),
      to: t.exposeString('to', { description: 'The state it leads to.' }),
      roles: t.stringList({
        description: 'The roles that may take it; none means anyone who may update the record.',
        resolve: ({ roles }) => [...roles],
      }),
      guard: t.string({
        nullable: true,
        description: 'An expression that must be true.',
        resolve: ({ guard }) => guard,
      }),
      relatedLoad: t.field({
        type: [loads.type],
        description: 'What guard and actions see as `related`.',
        resolve: ({ relatedLoad }) => [...relatedLoad],
      }),
      actions: t.field({
        type: [actionType],
        description: 'What it does besides, in this order.',
        resolve: ({ actions }) => [...actions],
      }),
    }),
  })
}

function addActionType(builder: Builder<Context>, choices: Choices) {
  return builder.objectRef<MachineAction>('TransitionAction').implement({
    description: 'What a transition does besides; which parts there are follows from its type.',
    fields: (t) => {
      const text = (key: string, description: string) =>
        t.string({
          nullable: true,
          description,
          resolve: (action) => {
            const part = writeAction(action)[key]
            return typeof part === 'string' ? part : undefined
          },
        })
      const json = (key: string, description: string) =>
        t.field({
          type: jsonType,
          nullable: true,
          description,
          resolve: (action) => writeAction(action)[key],
        })
      return {
        type: t.field({
          type: choices.actionType,
          description: 'What it does.',
          resolve: ({ type }) => type,
        }),
        field: text('field', 'SET_FIELD: the field.'),
        value: json('value', 'SET_FIELD: the value, `now`, or `{ expression: ... }`.'),
        entity: text('entity', 'CREATE_RECORD: the entity of the new record.'),
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
