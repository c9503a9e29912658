// What the mutations of the admin API do to workflows; each refuses names that are taken or missing.
import { fail, failAll } from '../../errors.ts'
import type { Definitions } from '../../metadata/registry.ts'
import type { Edit } from '../../metadata/store.ts'
import type { Workflow } from '../../metadata/workflow.ts'
import { describe, suggest } from '../../reader.ts'

/** Adds a workflow, unless there is one of that name. */
export function addWorkflow(current: Definitions, workflow: Workflow): Edit {
  if (current.workflows.some(({ name }) => name === workflow.name))
    throw refuseName(
      `is taken: the workflow ${describe(workflow.name)} exists already; updateWorkflow changes it`,
    )
  return { definitions: { ...current, workflows: [...current.workflows, workflow] } }
}

/** Puts the new definition in the place of the old one; the name stays. */
export function replaceWorkflow(current: Definitions, name: string, workflow: Workflow): Edit {
  const old = requireWorkflow(current, name)
  if (workflow.name !== name)
    throw refuseName(
      `must stay ${describe(name)}, found ${describe(workflow.name)}; define another workflow instead`,
    )
  const workflows = current.workflows.map((each) => (each === old ? workflow : each))
  return { definitions: { ...current, workflows } }
}

export function removeWorkflow(current: Definitions, name: string): Edit {
  const old = requireWorkflow(current, name)
  return { definitions: { ...current, workflows: current.workflows.filter((each) => each !== old) } }
}

function requireWorkflow({ workflows }: Definitions, name: string): Workflow {
  const workflow = workflows.find((each) => each.name === name)
  if (workflow !== undefined) return workflow
  const names = workflows.map((each) => each.name)
  throw fail('NOT_FOUND', `No workflow ${describe(name)} is defined${suggest(name, names)}`)
}

function refuseName(message: string) {
  return failAll('VALIDATION_FAILED', [{ path: 'input.name', message }])
}
