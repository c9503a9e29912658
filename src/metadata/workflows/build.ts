// Builds what workflows come to, and names every problem with what they name, say and ask.
import { describe, joinPath, suggest } from '../../reader.ts'
import { buildGround, type Ground, type Outlook, type Report, type Subject } from '../behaviour/basis.ts'
import { compile } from '../behaviour/compile.ts'
import { findField } from '../behaviour/field-check.ts'
import { anything } from '../behaviour/setting.ts'
import type { Environment, Expression } from '../expression/expression.ts'
import { fitsField, toFieldValue } from '../expression/field-value.ts'
import type { Type } from '../expression/type.ts'
import type { Flow, FlowStep, Flows } from '../flow.ts'
import type { DefinitionProblem, Definitions } from '../registry.ts'
import { readValue } from '../value.ts'
import { type Workflow, writeWorkflow } from '../workflow.ts'
import { buildTriggerScope, findSubject, withContext } from './scope.ts'
import { end } from './step.ts'
import { buildStep } from './step-build.ts'
import type { StateTrigger } from './trigger.ts'

type Subjects = ReadonlyMap<string, Subject>
type BuiltFlows = Readonly<{ flows: Flows; problems: readonly DefinitionProblem[] }>

/** Builds all of it once; when there are problems, what was built is not to be used. */
export function buildFlows(
  { workflows, rules }: Pick<Definitions, 'workflows' | 'rules'>,
  subjects: Subjects,
): BuiltFlows {
  const problems: DefinitionProblem[] = []
  const ground = prepareGround(rules, subjects)
  const flows = workflows.flatMap((workflow) => {
    const report: Report = (path, message) => {
      problems.push({ kind: 'workflow', name: workflow.name, path, message })
      return undefined
    }
    const flow = buildFlow(ground, workflow, report)
    return workflow.active ? [flow] : []
  })
  return { flows: sortFlows(flows), problems }
}

/** What flows are built on. */
export function prepareGround(rules: Definitions['rules'], subjects: Subjects): Ground {
  const computed = new Map<string, Set<string>>()
  for (const rule of rules)
    if (rule.type === 'computed' && rule.active)
      computed.set(rule.entity, (computed.get(rule.entity) ?? new Set()).add(rule.definition.field))
  return buildGround(subjects, computed)
}

function sortFlows(flows: readonly Flow[]): Flows {
  const byEntity = new Map<string, Flow[]>()
  const byEvent = new Map<string, Flow[]>()
  const add = (map: Map<string, Flow[]>, name: string, flow: Flow): void => {
    map.set(name, [...(map.get(name) ?? []), flow])
  }
  for (const flow of flows) {
    const { trigger } = flow.workflow
    if (trigger.type === 'event') add(byEvent, trigger.event, flow)
    else if (trigger.type !== 'schedule') add(byEntity, trigger.entity, flow)
  }
  return {
    byEntity,
    byEvent,
    scheduled: flows.filter(({ workflow }) => workflow.trigger.type === 'schedule'),
  }
}

/** Builds one workflow; after a report, what comes back is not to be used. */
export function buildFlow(ground: Ground, workflow: Workflow, report: Report): Flow {
  const { trigger } = workflow
  const subject = findSubject(ground, trigger)
  checkTrigger(ground, workflow, report)
  const scope = buildTriggerScope(trigger, subject)
  const outlook = { recordOf: ground.recordOf, scope }
  const context = buildContext(outlook, workflow, report)
  const types = new Map([...context].map(([name, { type }]): [string, Type] => [name, type]))
  const own = subject ? { own: subject } : {}
  const basis = { ...ground, ...own, scope: withContext(scope, types), trigger }
  const steps = workflow.steps.flatMap((step, index) => {
    const built = buildStep(basis, step, joinPath('steps', index), report)
    return built ? [[step.id, built] as [string, FlowStep]] : []
  })
  return {
    workflow,
    text: JSON.stringify(writeWorkflow(workflow)),
    makeContext: (environment) => makeContext(context, environment),
    first: workflow.steps[0]?.id ?? end,
    steps: new Map(steps),
  }
}

function checkTrigger({ subjects }: Ground, { trigger }: Workflow, report: Report): void {
  if (!('entity' in trigger) || trigger.entity === undefined) return
  const subject = subjects.get(trigger.entity)
  if (subject === undefined)
    report(
      'trigger.entity',
      `names no entity: ${describe(trigger.entity)}${suggest(trigger.entity, subjects.keys())}`,
    )
  else if (trigger.type === 'state_change') checkState(subject, trigger, report)
}

function checkState(subject: Subject, { field: name, to }: StateTrigger, report: Report): void {
  const field = findField(subject, name, 'trigger.field', report)
  if (field === undefined) return
  const reading = readValue(field, to)
  if ('problem' in reading)
    report('trigger.to', `${reading.problem}, because ${field.name} is of type ${field.type}`)
  else if (field.enum !== undefined && !field.enum.includes(String(to)))
    report(
      'trigger.to',
      `must be one of ${field.enum.join(', ')}; found ${describe(to)}${suggest(String(to), field.enum)}`,
    )
}

type Mappings = ReadonlyMap<string, Expression>

function buildContext(outlook: Outlook, { context }: Workflow, report: Report): Mappings {
  const entries = Object.entries(context).flatMap(([name, text]) => {
    const path = joinPath('context', name)
    const expression = compile(outlook, { text, path, loads: [] }, report)
    const misfit = expression && fitsField(expression.type, anything)
    if (misfit !== undefined) report(path, 'makes a record, which cannot be kept; name its fields one by one')
    return expression ? [[name, expression] as [string, Expression]] : []
  })
  return new Map(entries)
}

function makeContext(context: Mappings, environment: Environment): ReturnType<Flow['makeContext']> {
  const entries = [...context].map(
    ([name, expression]) =>
      [name, toFieldValue(expression.evaluate(environment), { ...anything, name })] as const,
  )
  return Object.fromEntries(entries)
}
