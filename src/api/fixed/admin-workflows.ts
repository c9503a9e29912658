// Workflows in the admin API: what is defined, and defining, changing and deleting one.
import { readWorkflow, type Workflow } from '../../metadata/workflow.ts'
import { describe } from '../../reader.ts'
import type { Context } from '../context.ts'
import { addWorkflowInput } from './admin-workflow-inputs.ts'
import { addWorkflowType } from './admin-workflow-types.ts'
import type { Builder } from './builder.ts'
import { locateInInput, readDefinitionInput } from './definition-input.ts'
import { type AdminParts, refuseOvertaken, revisionDescription, saveChange } from './saving.ts'
import { addWorkflow, removeWorkflow, replaceWorkflow } from './workflow-edits.ts'

type WorkflowType = ReturnType<typeof addWorkflowType>

/** Adds the workflows and what can be done with them. */
export function addWorkflows(builder: Builder<Context>, parts: AdminParts): void {
  const workflowType = addWorkflowType(builder, parts.choices)
  builder.queryField('workflows', (t) =>
    t.field({
      type: [workflowType],
      access: 'admin',
      description: 'The workflows, as they were defined.',
      resolve: (_, _args, { edition }) => [...edition.registry.definitions.workflows],
    }),
  )
  addWorkflowMutations(builder, parts, workflowType)
  addDeleteWorkflow(builder, parts)
}

function addWorkflowMutations(
  builder: Builder<Context>,
  { choices, hooks }: AdminParts,
  workflowType: WorkflowType,
): void {
  const workflowInput = addWorkflowInput(builder, choices)
  builder.mutationField('createWorkflow', (t) =>
    t.field({
      type: workflowType,
      access: 'admin',
      description: 'Defines a workflow.',
      args: {
        input: t.arg({ type: workflowInput, required: true, description: 'The definition.' }),
        expectRevision: t.arg.int({ description: revisionDescription }),
      },
      resolve: async (_, { input, expectRevision }, context) => {
        const workflow = readDefinitionInput(input, readWorkflow)
        await saveChange(context, hooks, {
          edit: (current) => addWorkflow(current, workflow),
          locate: locateInInput('workflow', workflow.name),
          expectRevision,
        })
        return findSaved(context, workflow)
      },
    }),
  )
  builder.mutationField('updateWorkflow', (t) =>
    t.field({
      type: workflowType,
      access: 'admin',
      description:
        'Puts a new definition in the place of the old one. Instances go on with the one they began with.',
      args: {
        name: t.arg.string({ required: true, description: 'The name of the workflow.' }),
        input: t.arg({ type: workflowInput, required: true, description: 'The whole new definition.' }),
        expectRevision: t.arg.int({ description: revisionDescription }),
      },
      resolve: async (_, { name, input, expectRevision }, context) => {
        const workflow = readDefinitionInput(input, readWorkflow)
        await saveChange(context, hooks, {
          edit: (current) => replaceWorkflow(current, name, workflow),
          locate: locateInInput('workflow', workflow.name),
          expectRevision,
        })
        return findSaved(context, workflow)
      },
    }),
  )
}

/** The workflow as this instance serves it now. */
function findSaved({ app }: Context, { name }: Workflow): Workflow {
  const workflow = app.readEdition().registry.definitions.workflows.find((each) => each.name === name)
  if (workflow === undefined) throw refuseOvertaken(`The workflow ${describe(name)}`)
  return workflow
}

function addDeleteWorkflow(builder: Builder<Context>, { changeType, hooks }: AdminParts): void {
  builder.mutationField('deleteWorkflow', (t) =>
    t.field({
      type: changeType,
      access: 'admin',
      description: 'Takes a workflow out of the definitions. Instances that it has go on to their end.',
      args: {
        name: t.arg.string({ required: true, description: 'The name of the workflow.' }),
        expectRevision: t.arg.int({ description: revisionDescription }),
      },
      resolve: async (_, { name, expectRevision }, context) =>
        await saveChange(context, hooks, {
          edit: (current) => removeWorkflow(current, name),
          expectRevision,
        }),
    }),
  )
}
