// A workflow: what starts it and the steps that follow; how a definition is read and checked by itself, and written back.
import { findNameProblem } from '../database/identifiers.ts'
import type { Problem } from '../errors.ts'
import {
  addProblem,
  describe,
  isObject,
  joinPath,
  pick,
  readList,
  readObject,
  readText,
  type Source,
} from '../reader.ts'
import { readActive, readExpression } from './clauses.ts'
import { readName } from './field.ts'
import { findGraphProblems } from './workflows/graph.ts'
import { readStep, type Step, writeStep } from './workflows/step.ts'
import { readTrigger, type Trigger, writeTrigger } from './workflows/trigger.ts'

/** One workflow, every default filled in. It begins with the first of its steps. */
export type Workflow = Readonly<{
  name: string
  description: string
  /** Whether it is started; instances that were go on. */
  active: boolean
  trigger: Trigger
  /** Expressions, by the names under which `context` keeps what they made when the workflow started. */
  context: Readonly<Record<string, string>>
  steps: readonly Step[]
}>

const keys = ['name', 'description', 'active', 'enabled', 'trigger', 'context', 'steps'] as const
const mostSteps = 200
const mostMappings = 100

/** Reads a workflow's definition; adds every problem with its path. `enabled` is another word for `active`. */
export function readWorkflow(value: unknown, path: string, problems: Problem[]): Workflow | undefined {
  const source = readObject(value, path, problems, keys)
  const name = readName(source)
  const rest = { description: readText(source, 'description') ?? '', active: readActive(source) }
  const trigger = readTrigger(source)
  const context = readContext(source)
  const steps = readSteps(source)
  return name === undefined || trigger === undefined ? undefined : { name, ...rest, trigger, context, steps }
}

/** One order, since the database keeps none. */
function readContext(owner: Source): Workflow['context'] {
  const given = pick(owner, 'context') ?? {}
  if (!isObject(given)) {
    addProblem(owner, 'context', `must be an object of names and expressions, found ${describe(given)}`)
    return {}
  }
  const source = { value: given, path: joinPath(owner.path, 'context'), problems: owner.problems }
  const names = Object.keys(given).sort()
  if (names.length > mostMappings)
    addProblem(owner, 'context', `has at most ${mostMappings} names, found ${names.length}`)
  const entries = names.flatMap((name) => {
    const problem = findNameProblem(name)
    if (problem !== undefined) addProblem(source, name, problem)
    const text = readExpression(source, name)
    return text === undefined ? [] : [[name, text] as const]
  })
  return Object.fromEntries(entries)
}

/** How the steps hang together is looked at when each of them could be read. */
function readSteps(source: Source): readonly Step[] {
  const given = pick(source, 'steps')
  const steps = readList(source, 'steps', (item, at) => readStep(item, at, source.problems)) ?? []
  if (given === undefined || (Array.isArray(given) && given.length === 0))
    addProblem(source, 'steps', 'must be at least one')
  if (steps.length > mostSteps) addProblem(source, 'steps', `are at most ${mostSteps}, found ${steps.length}`)
  else if (Array.isArray(given) && steps.length === given.length)
    for (const { path, message } of findGraphProblems(steps)) addProblem(source, path, message)
  return steps
}

/** The entities that a workflow names, by where it names them. */
export function listEntities({
  trigger,
  steps,
}: Workflow): readonly (readonly [path: string, entity: string])[] {
  const own =
    'entity' in trigger && trigger.entity !== undefined ? [['trigger.entity', trigger.entity] as const] : []
  const others = steps.flatMap((step, index) =>
    step.type !== 'action'
      ? []
      : step.actions.flatMap((action, at) =>
          'entity' in action && action.entity !== undefined
            ? [[`steps[${index}].actions[${at}].entity`, action.entity] as const]
            : [],
        ),
  )
  return [...own, ...others]
}

/** Writes a workflow in the form that documents and the tables hold: snake_case, without what defaults say. */
export function writeWorkflow(workflow: Workflow): Record<string, unknown> {
  const { name, description, active, trigger, context, steps } = workflow
  return {
    name,
    ...(description === '' ? {} : { description }),
    ...(active ? {} : { active: false }),
    trigger: writeTrigger(trigger),
    ...(Object.keys(context).length === 0 ? {} : { context }),
    steps: steps.map(writeStep),
  }
}
