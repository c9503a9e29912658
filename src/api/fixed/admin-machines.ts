// State machines in the admin API: what is defined, and defining, changing and deleting one.
import { sortMachines } from '../../metadata/order.ts'
import { nameMachine, readStateMachine, type StateMachine } from '../../metadata/state-machine.ts'
import { describe } from '../../reader.ts'
import type { Context } from '../context.ts'
import { addMachineInput } from './admin-machine-inputs.ts'
import { addMachineType } from './admin-machine-types.ts'
import { addMachine, type MachineName, removeMachine, replaceMachine } from './behaviour-edits.ts'
import type { Builder } from './builder.ts'
import { locateInInput, readDefinitionInput } from './definition-input.ts'
import {
  type AdminParts,
  reasonDescription,
  refuseOvertaken,
  revisionDescription,
  saveChange,
} from './saving.ts'

type MachineType = ReturnType<typeof addMachineType>

const entityDescription = 'The entity whose records have the states.'
const fieldDescription = 'The field that holds the state.'

/** Adds the state machines and what can be done with them. */
export function addMachines(builder: Builder<Context>, parts: AdminParts): void {
  const machineType = addMachineType(builder, parts.choices, parts.loadTypes)
  addMachineQuery(builder, machineType)
  addMachineMutations(builder, parts, machineType)
  addDeleteMachine(builder, parts)
}

function addMachineQuery(builder: Builder<Context>, machineType: MachineType): void {
  builder.queryField('stateMachines', (t) =>
    t.field({
      type: [machineType],
      access: 'admin',
      description: 'The state machines, entity by entity.',
      args: { entity: t.arg.string({ description: 'Only those of this entity.' }) },
      resolve: (_, { entity }, { edition }) =>
        sortMachines(edition.registry.definitions).filter(
          (machine) => typeof entity !== 'string' || machine.entity === entity,
        ),
    }),
  )
}

function addMachineMutations(
  builder: Builder<Context>,
  { choices, loadTypes, hooks }: AdminParts,
  machineType: MachineType,
): void {
  const machineInput = addMachineInput(builder, choices, loadTypes)
  builder.mutationField('createStateMachine', (t) =>
    t.field({
      type: machineType,
      access: 'admin',
      description: 'Defines a state machine. Refused while live records are in none of its states.',
      args: {
        input: t.arg({ type: machineInput, required: true, description: 'The definition.' }),
        expectRevision: t.arg.int({ description: revisionDescription }),
        reason: t.arg.string({ description: reasonDescription }),
      },
      resolve: async (_, { input, expectRevision, reason }, context) => {
        const machine = readDefinitionInput(input, readStateMachine)
        await saveChange(context, hooks, {
          edit: (current) => addMachine(current, machine),
          locate: locateInInput('machine', nameMachine(machine)),
          expectRevision,
          reason,
        })
        return findSaved(context, machine)
      },
    }),
  )
  builder.mutationField('updateStateMachine', (t) =>
    t.field({
      type: machineType,
      access: 'admin',
      description: 'Puts a new definition in the place of the old one.',
      args: {
        entity: t.arg.string({ required: true, description: entityDescription }),
        field: t.arg.string({ required: true, description: fieldDescription }),
        input: t.arg({ type: machineInput, required: true, description: 'The whole new definition.' }),
        expectRevision: t.arg.int({ description: revisionDescription }),
        reason: t.arg.string({ description: reasonDescription }),
      },
      resolve: async (_, { entity, field, input, expectRevision, reason }, context) => {
        const machine = readDefinitionInput(input, readStateMachine)
        await saveChange(context, hooks, {
          edit: (current) => replaceMachine(current, { entity, field }, machine),
          locate: locateInInput('machine', nameMachine(machine)),
          expectRevision,
          reason,
        })
        return findSaved(context, machine)
      },
    }),
  )
}

/** The state machine as this instance serves it now. */
function findSaved({ app }: Context, name: MachineName): StateMachine {
  const wanted = nameMachine(name)
  const { machines } = app.readEdition().registry.definitions
  const machine = machines.find((each) => nameMachine(each) === wanted)
  if (machine === undefined) throw refuseOvertaken(`The state machine ${describe(wanted)}`)
  return machine
}

function addDeleteMachine(builder: Builder<Context>, { changeType, hooks }: AdminParts): void {
  builder.mutationField('deleteStateMachine', (t) =>
    t.field({
      type: changeType,
      access: 'admin',
      description: 'Takes a state machine out of the definitions. Records keep their states as plain values.',
      args: {
        entity: t.arg.string({ required: true, description: entityDescription }),
        field: t.arg.string({ required: true, description: fieldDescription }),
        expectRevision: t.arg.int({ description: revisionDescription }),
        reason: t.arg.string({ description: reasonDescription }),
      },
      resolve: async (_, { entity, field, expectRevision, reason }, context) =>
        await saveChange(context, hooks, {
          edit: (current) => removeMachine(current, { entity, field }),
          expectRevision,
          reason,
        }),
    }),
  )
}
