// The steps of a workflow as they are walked: expressions compiled, durations counted, what they name found.
import { describe, joinPath, suggest } from '../../reader.ts'
import { buildCreateRecord, buildSendEvent } from '../behaviour/action.ts'
import { findMaker, type Ground, type Outlook, type Report, type Subject } from '../behaviour/basis.ts'
import { compile, compileCondition } from '../behaviour/compile.ts'
import { findField } from '../behaviour/field-check.ts'
import { buildSetting } from '../behaviour/setting.ts'
import type { Environment } from '../expression/expression.ts'
import { fitsField, toFieldValue } from '../expression/field-value.ts'
import { nameType } from '../expression/type-rules.ts'
import { isTrue } from '../expression/values.ts'
import type { Decider, FlowAction, FlowStep } from '../flow.ts'
import type { Value } from '../value.ts'
import type { SetField, WorkflowAction } from './action.ts'
import type { Assignee } from './assignee.ts'
import { toSeconds } from './duration.ts'
import { end, type Step, type WaitStep } from './step.ts'
import type { Trigger } from './trigger.ts'

/** What steps are built on; `own` is the entity of the workflow's record. */
export type StepBasis = Ground & Pick<Outlook, 'scope'> & Readonly<{ trigger: Trigger; own?: Subject }>

type StepOf<T extends Step['type']> = Extract<Step, { type: T }>

/** One step; undefined when it has problems. */
export function buildStep(basis: StepBasis, step: Step, path: string, report: Report): FlowStep | undefined {
  switch (step.type) {
    case 'action':
      return {
        kind: 'action',
        actions: step.actions.flatMap((action, index) => {
          const at = joinPath(joinPath(path, 'actions'), index)
          return buildAction(basis, action, at, report) ?? []
        }),
        next: step.next,
      }
    case 'condition':
      return buildCondition(basis, step, path, report)
    case 'approval':
      return buildApproval(basis, step, path, report)
    case 'wait':
      return buildWait(basis, step, path, report)
    case 'parallel':
      return { kind: 'parallel', mode: step.mode, branches: step.branches, next: step.next }
  }
}

function buildCondition(
  basis: StepBasis,
  { expression: text, onTrue, onFalse }: StepOf<'condition'>,
  path: string,
  report: Report,
): FlowStep | undefined {
  const asked = { text, path: joinPath(path, 'expression'), loads: [] }
  const expression = compileCondition(basis, asked, report)
  if (expression === undefined) return undefined
  return {
    kind: 'condition',
    holds: (environment) => isTrue(expression.evaluate(environment)),
    onTrue,
    onFalse,
  }
}

function buildApproval(
  basis: StepBasis,
  { assignee, fourEyes, timeout, onApprove, onReject, onTimeout = end }: StepOf<'approval'>,
  path: string,
  report: Report,
): FlowStep | undefined {
  const findDecider = buildDecider(basis, assignee, joinPath(path, 'assignee'), report)
  if (findDecider === undefined) return undefined
  return { kind: 'approval', findDecider, fourEyes, ...limit(timeout), onApprove, onReject, onTimeout }
}

function limit(timeout: string | undefined): Readonly<{ timeout?: number }> {
  return timeout === undefined ? {} : { timeout: toSeconds(timeout) ?? 0 }
}

function buildDecider(
  basis: StepBasis,
  assignee: Assignee,
  path: string,
  report: Report,
): ((environment: Environment) => Decider | undefined) | undefined {
  if (assignee.type === 'user') return () => ({ kind: 'user', name: assignee.id })
  if (assignee.type === 'role') return () => ({ kind: 'role', name: assignee.role })
  const at = joinPath(path, 'path')
  const expression = compile(basis, { text: assignee.path, path: at, loads: [] }, report)
  if (expression === undefined) return undefined
  if (!['string', 'any', 'nil'].includes(expression.type.kind))
    return report(at, `must lead to the id of a user, but makes ${nameType(expression.type)}`)
  return (environment) => {
    const id = expression.evaluate(environment)
    return typeof id === 'string' && id !== '' ? { kind: 'user', name: id.toLowerCase() } : undefined
  }
}

function buildWait(basis: StepBasis, step: WaitStep, path: string, report: Report): FlowStep {
  const { duration, event, about, timeout, next, onTimeout = end } = step
  if (event === undefined)
    return { kind: 'wait', until: { seconds: toSeconds(duration ?? '') ?? 0 }, next, onTimeout }
  const obstacle = tellRecordless(basis)
  if (about === 'record' && obstacle !== undefined)
    report(path, `waits for an event about the record, but ${obstacle}; write about: any`)
  return { kind: 'wait', until: { event, aboutAny: about === 'any', ...limit(timeout) }, next, onTimeout }
}

/** Why a workflow has no record of its own; undefined when it has. */
function tellRecordless({ trigger }: StepBasis): string | undefined {
  if (trigger.type === 'schedule') return 'a schedule has none'
  return trigger.type === 'record_deleted' ? 'that is deleted' : undefined
}

function buildAction(
  basis: StepBasis,
  action: WorkflowAction,
  path: string,
  report: Report,
): FlowAction | undefined {
  switch (action.type) {
    case 'set_field':
      return buildSetField(basis, action, path, report)
    case 'create_record':
      return buildCreateRecord(basis, action, { path, loads: [] }, report)
    case 'send_event':
      return buildSendEvent(basis, action, { path, loads: [] }, report)
    case 'webhook':
      return { kind: 'webhook', definition: action.definition }
  }
}

function buildSetField(
  basis: StepBasis,
  action: SetField,
  path: string,
  report: Report,
): FlowAction | undefined {
  const subject = findTarget(basis, action, path, report)
  if (subject === undefined) return undefined
  const findRecord = buildRecordId(basis, subject, action, path, report)
  const fieldPath = joinPath(path, 'field')
  const field = findField(subject, action.field, fieldPath, report)
  if (field === undefined) return undefined
  const obstacle =
    field.name === subject.key.field ? `is the key of ${subject.name}` : findMaker(basis, subject, field)
  if (obstacle !== undefined)
    return report(fieldPath, `cannot set ${describe(field.name)}, which ${obstacle}`)
  const made = buildSetting(basis, field, action.value, { path: joinPath(path, 'value'), loads: [] }, report)
  if (made === undefined) return undefined
  return {
    kind: 'set_field',
    entity: subject.name,
    field,
    ...(findRecord ? { findRecord } : {}),
    value: made.make,
  }
}

/** The entity whose record is set: the one named, or else the workflow's own. */
function findTarget(
  { subjects, own, trigger }: StepBasis,
  { entity, recordId }: SetField,
  path: string,
  report: Report,
): Subject | undefined {
  const named = entity === undefined ? own : subjects.get(entity)
  if (entity !== undefined && named === undefined)
    return report(
      joinPath(path, 'entity'),
      `names no entity: ${describe(entity)}${suggest(entity, subjects.keys())}`,
    )
  if (named === undefined) {
    if ('entity' in trigger && trigger.entity !== undefined) return undefined
    return report(joinPath(path, 'entity'), 'is missing; the workflow has no entity of its own')
  }
  const isOwn = named.name === own?.name && trigger.type !== 'record_deleted'
  if (recordId !== undefined || isOwn) return named
  return report(joinPath(path, 'record_id'), `is missing; the workflow has no ${named.name} of its own`)
}

function buildRecordId(
  basis: StepBasis,
  subject: Subject,
  { recordId }: SetField,
  path: string,
  report: Report,
): ((environment: Environment) => Value) | undefined {
  if (recordId === undefined) return undefined
  const at = joinPath(path, 'record_id')
  const expression = compile(basis, { text: recordId, path: at, loads: [] }, report)
  if (expression === undefined) return undefined
  const misfit = fitsField(expression.type, subject.keyField)
  if (misfit !== undefined) return report(at, misfit)
  return (environment) => toFieldValue(expression.evaluate(environment), subject.keyField)
}
