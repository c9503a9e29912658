// The steps of a workflow: how each kind is read and written back. Whether they fit together is checked elsewhere.
import type { Problem } from '../../errors.ts'
import {
  addProblem,
  describe,
  isObject,
  joinPath,
  pick,
  readChoice,
  readFlag,
  readList,
  type Source,
} from '../../reader.ts'
import { readExpression, readVariant } from '../clauses.ts'
import { present, readName } from '../field.ts'
import { readWorkflowAction, type WorkflowAction, writeWorkflowAction } from './action.ts'
import { type Assignee, readAssignee } from './assignee.ts'
import { readDuration } from './duration.ts'
import { readEventName } from './trigger.ts'

/** Where a workflow ends, and where a branch of a parallel step does. */
export const end = 'end'

/** Does its actions, all of them or none. */
export type ActionStep = Readonly<{
  id: string
  type: 'action'
  actions: readonly WorkflowAction[]
  next: string
}>
export type ConditionStep = Readonly<{
  id: string
  type: 'condition'
  expression: string
  onTrue: string
  onFalse: string
}>
/** Waits for somebody's word. With `fourEyes`, that of another than who caused the workflow. */
export type ApprovalStep = Readonly<{
  id: string
  type: 'approval'
  assignee: Assignee
  fourEyes: boolean
  timeout?: string
  onApprove: string
  onReject: string
  onTimeout?: string
}>
/** Waits for a while, or for an event about the workflow's record, or any record. */
export type WaitStep = Readonly<{
  id: string
  type: 'wait'
  duration?: string
  event?: string
  about: 'record' | 'any'
  timeout?: string
  next: string
  onTimeout?: string
}>
/** Goes all its branches at once, each until it comes to `end`, and on when all are there, or any one. */
export type ParallelStep = Readonly<{
  id: string
  type: 'parallel'
  mode: 'all' | 'any'
  branches: readonly string[]
  next: string
}>
export type Step = ActionStep | ConditionStep | ApprovalStep | WaitStep | ParallelStep

const stepTypes = ['action', 'condition', 'approval', 'wait', 'parallel'] as const
const parallelModes = ['all', 'any'] as const
const waitSubjects = ['record', 'any'] as const
const keysOf = {
  action: ['id', 'type', 'actions', 'then'],
  condition: ['id', 'type', 'expression', 'on_true', 'on_false'],
  approval: ['id', 'type', 'assignee', 'four_eyes', 'timeout', 'on_approve', 'on_reject', 'on_timeout'],
  wait: ['id', 'type', 'duration', 'event', 'about', 'timeout', 'then', 'on_timeout'],
  parallel: ['id', 'type', 'mode', 'branches', 'then'],
} as const
const mostActions = 50
const mostBranches = 20

/** Reads one step; adds every problem with its path. */
export function readStep(value: unknown, path: string, problems: Problem[]): Step | undefined {
  const outer = { value: isObject(value) ? value : {}, path, problems }
  const type = readChoice(outer, 'type', stepTypes)
  if (type === undefined) {
    if (pick(outer, 'type') === undefined)
      addProblem(outer, isObject(value) ? 'type' : '', `is missing; it is one of ${stepTypes.join(', ')}`)
    return undefined
  }
  const source = readVariant(value, path, problems, { keysOf, type, noun: 'steps' })
  const id = readName(source, 'id')
  if (id === end) addProblem(source, 'id', `cannot be ${end}, which is where a workflow ends`)
  const step = readers[type](source)
  return id === undefined || id === end || step === undefined ? undefined : ({ id, ...step } as Step)
}

type Rest<S extends Step> = Omit<S, 'id'> | undefined

const readers: { readonly [T in Step['type']]: (source: Source) => Rest<Extract<Step, { type: T }>> } = {
  action: readActionStep,
  condition: readCondition,
  approval: readApproval,
  wait: readWait,
  parallel: readParallel,
}

/** The step that follows. */
function readGoto(source: Source, key: string): string | undefined {
  const value = pick(source, key)
  if (value === undefined)
    return addProblem(source, key, `is missing; it names the step that follows, or ${end}`)
  return readTarget(value, joinPath(source.path, key), source.problems)
}

/** The id of a step, bare or as `{ goto: id }`. */
function readTarget(value: unknown, path: string, problems: Problem[]): string | undefined {
  const target = isObject(value) && Object.keys(value).join() === 'goto' ? value.goto : value
  if (typeof target === 'string' && target !== '') return target
  problems.push({ path, message: `must be the id of a step, or ${end}; found ${describe(value)}` })
  return undefined
}

function readActionStep(source: Source): Rest<ActionStep> {
  const actions =
    readList(source, 'actions', (item, at) => readWorkflowAction(item, at, source.problems)) ?? []
  const given = pick(source, 'actions')
  if (given === undefined || (Array.isArray(given) && given.length === 0))
    addProblem(source, 'actions', 'must be at least one')
  if (actions.length > mostActions)
    addProblem(source, 'actions', `are at most ${mostActions}, found ${actions.length}`)
  const next = readGoto(source, 'then')
  return next === undefined ? undefined : { type: 'action', actions, next }
}

function readCondition(source: Source): Rest<ConditionStep> {
  const expression = readExpression(source, 'expression')
  const [onTrue, onFalse] = [readGoto(source, 'on_true'), readGoto(source, 'on_false')]
  if (expression === undefined || onTrue === undefined || onFalse === undefined) return undefined
  return { type: 'condition', expression, onTrue, onFalse }
}

function readApproval(source: Source): Rest<ApprovalStep> {
  const assignee = readAssignee(source)
  const [onApprove, onReject] = [readGoto(source, 'on_approve'), readGoto(source, 'on_reject')]
  const fourEyes = readFlag(source, 'four_eyes') ?? false
  const patience = readTimeout(source)
  if (assignee === undefined || onApprove === undefined || onReject === undefined) return undefined
  return { type: 'approval', assignee, fourEyes, ...patience, onApprove, onReject }
}

/** A timeout and where it leads go together. */
function readTimeout(source: Source): Readonly<{ timeout?: string; onTimeout?: string }> {
  const timeout = readDuration(source, 'timeout')
  if (pick(source, 'timeout') === undefined) {
    if (pick(source, 'on_timeout') !== undefined)
      addProblem(source, 'on_timeout', 'stands alone; say when by timeout, such as 48h')
    return {}
  }
  return { ...present('timeout', timeout), ...present('onTimeout', readGoto(source, 'on_timeout')) }
}

function readWait(source: Source): Rest<WaitStep> {
  const [hasDuration, hasEvent] = ['duration', 'event'].map((key) => pick(source, key) !== undefined)
  if (hasDuration === hasEvent)
    addProblem(source, '', `must have ${hasEvent ? 'only one of' : 'one of'} duration and event`)
  const duration = readDuration(source, 'duration')
  const event = hasEvent ? readEventName(source) : undefined
  for (const key of ['about', 'timeout', 'on_timeout'])
    if (!hasEvent && pick(source, key) !== undefined) addProblem(source, key, 'is for waits for an event')
  const about = readChoice(source, 'about', waitSubjects) ?? 'record'
  const patience = hasEvent ? readTimeout(source) : {}
  const next = readGoto(source, 'then')
  if (next === undefined) return undefined
  return {
    type: 'wait',
    ...present('duration', duration),
    ...present('event', event),
    about,
    ...patience,
    next,
  }
}

function readParallel(source: Source): Rest<ParallelStep> {
  const mode = readChoice(source, 'mode', parallelModes)
  if (pick(source, 'mode') === undefined)
    addProblem(source, 'mode', 'is missing; all waits for every branch, any for the first')
  const branches = readBranches(source)
  const next = readGoto(source, 'then')
  if (mode === undefined || next === undefined) return undefined
  return { type: 'parallel', mode, branches, next }
}

function readBranches(source: Source): readonly string[] {
  const given = pick(source, 'branches')
  const branches = readList(source, 'branches', (item, at) => readTarget(item, at, source.problems)) ?? []
  const count = Array.isArray(given) ? given.length : 0
  if (given === undefined || (Array.isArray(given) && (count < 2 || count > mostBranches)))
    addProblem(source, 'branches', `must be from 2 to ${mostBranches} steps, found ${count}`)
  branches.forEach((branch, index) => {
    if (branch === end) addProblem(source, joinPath('branches', index), 'must be a step, found the end')
    if (branches.indexOf(branch) !== index)
      addProblem(source, joinPath('branches', index), `is listed twice: ${describe(branch)}`)
  })
  return branches
}

/** The key under which definitions name the step that follows; as a property it would make a promise of a step. */
const follow = 'then'

/** Writes a step in the form that documents and the tables hold. */
export function writeStep(step: Step): Record<string, unknown> {
  switch (step.type) {
    case 'action': {
      const { id, type, actions, next } = step
      return { id, type, actions: actions.map(writeWorkflowAction), [follow]: next }
    }
    case 'condition': {
      const { id, type, expression, onTrue, onFalse } = step
      return { id, type, expression, on_true: onTrue, on_false: onFalse }
    }
    case 'approval':
      return writeApproval(step)
    case 'wait': {
      const { about, onTimeout, next, ...rest } = step
      const subject = about === 'record' ? {} : { about }
      return { ...rest, ...subject, [follow]: next, ...present('on_timeout', onTimeout) }
    }
    case 'parallel': {
      const { next, ...rest } = step
      return { ...rest, [follow]: next }
    }
  }
}

function writeApproval(step: ApprovalStep): Record<string, unknown> {
  const { id, type, assignee, fourEyes, timeout, onApprove, onReject, onTimeout } = step
  return {
    id,
    type,
    assignee,
    ...(fourEyes ? { four_eyes: true } : {}),
    ...present('timeout', timeout),
    on_approve: onApprove,
    on_reject: onReject,
    ...present('on_timeout', onTimeout),
  }
}
