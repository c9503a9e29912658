// The names in the expressions of a workflow: what started it, what it keeps, its record as it is now, who caused it.
import { type Ground, type Subject, userType } from '../behaviour/basis.ts'
import { recordType, type Scope, type Type } from '../expression/type.ts'
import { anyType } from '../expression/type-rules.ts'
import type { Trigger } from './trigger.ts'

type Fields = readonly (readonly [name: string, type: Type])[]

/** The entity whose records start the workflow; undefined when there is none, or any. */
export function findSubject({ subjects }: Ground, trigger: Trigger): Subject | undefined {
  return 'entity' in trigger && trigger.entity !== undefined ? subjects.get(trigger.entity) : undefined
}

/** What the mappings of `context` may name. */
export function buildTriggerScope(trigger: Trigger, subject: Subject | undefined): Scope {
  const own = describeRecord(trigger, subject)
  const fields: Fields = [
    ['type', { kind: 'string' }],
    ['entity', { kind: 'string' }],
    ['user', userType],
    ['at', { kind: 'timestamp' }],
    ...own,
    ...(trigger.type === 'event'
      ? ([
          ['event', { kind: 'string' }],
          ['payload', anyType],
        ] as Fields)
      : []),
  ]
  const record = own.filter(([name]) => name === 'record')
  return new Map<string, Type>([
    ['trigger', { kind: 'record', name: 'trigger', fields: new Map(fields) }],
    ...record,
    ['user', userType],
    ['now', { kind: 'timestamp' }],
  ])
}

/** The record that a trigger is about, and its key; secrets are not handed to workflows. */
function describeRecord(trigger: Trigger, subject: Subject | undefined): Fields {
  if (trigger.type === 'schedule') return []
  if (subject === undefined)
    return [
      ['record_id', anyType],
      ['record', anyType],
    ]
  const record = recordType(
    subject.name,
    subject.fields.filter(({ secret }) => !secret),
  )
  const key = record.kind === 'record' ? record.fields.get(subject.key.field) : undefined
  const hasOld = trigger.type === 'record_updated' || trigger.type === 'state_change'
  return [['record_id', key ?? anyType], ['record', record], ...(hasOld ? ([['old', record]] as Fields) : [])]
}

/** What the steps may name: all that, and `context`. */
export function withContext(scope: Scope, context: ReadonlyMap<string, Type>): Scope {
  return new Map([...scope, ['context', { kind: 'record', name: 'context', fields: context }]])
}
