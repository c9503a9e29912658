// A rule of an entity: what a definition of one holds, how it is read and checked by itself, and how it is written back.
import type { Problem } from '../errors.ts'
import {
  addProblem,
  joinPath,
  pick,
  readChoice,
  readFlag,
  readObject,
  readText,
  readWhole,
  type Source,
} from '../reader.ts'
import type { Hook } from './behaviour.ts'
import { readActive, readExpression, readVariant } from './clauses.ts'
import { present, readName } from './field.ts'
import { type FieldOperator, fieldOperators, readOperand } from './field-operator.ts'
import { type RelatedLoad, readRelatedLoads, writeRelatedLoads } from './related-load.ts'
import type { Value } from './value.ts'

type Common = Readonly<{
  /** Tells the rule apart from the others of its entity, in errors too. */
  name?: string
  entity: string
  hook: Hook
  /** The lowest comes first. */
  priority: number
  active: boolean
}>

/** Compares one field with a value; an absent field breaks `not_empty` only. */
export type FieldRule = Common &
  Readonly<{
    type: 'field'
    definition: Readonly<{
      field: string
      operator: FieldOperator
      value?: Value
      message?: string
      stopOnFail: boolean
    }>
  }>
/** Describes a violation: the record breaks the rule when the expression is true. */
export type ExpressionRule = Common &
  Readonly<{
    type: 'expression'
    definition: Readonly<{
      expression: string
      /** The field that errors name. */
      field?: string
      message?: string
      stopOnFail: boolean
      relatedLoad: readonly RelatedLoad[]
    }>
  }>
/** Makes a field of others. */
export type ComputedRule = Common &
  Readonly<{
    type: 'computed'
    definition: Readonly<{ field: string; expression: string; relatedLoad: readonly RelatedLoad[] }>
  }>
/** One rule, every default filled in. */
export type Rule = FieldRule | ExpressionRule | ComputedRule
/** A rule that has been saved, or is about to be. */
export type StoredRule = Rule & Readonly<{ id: string }>

const keys = ['name', 'entity', 'hook', 'type', 'priority', 'active', 'enabled', 'definition'] as const
const hooks = ['before_write', 'after_write', 'before_delete'] as const
const types = ['field', 'expression', 'computed'] as const
const definitionKeys = {
  field: ['field', 'operator', 'value', 'message', 'stop_on_fail'],
  expression: ['expression', 'field', 'message', 'stop_on_fail', 'related_load'],
  computed: ['field', 'expression', 'related_load'],
} as const
const mostPriority = 1_000_000

/** Reads a rule's definition; adds every problem with its path. `enabled` is another word for `active`. */
export function readRule(value: unknown, path: string, problems: Problem[]): Rule | undefined {
  const source = readObject(value, path, problems, keys)
  const entity = readName(source, 'entity')
  const type = readChoice(source, 'type', types)
  if (pick(source, 'type') === undefined)
    addProblem(source, 'type', `is missing; it is one of ${types.join(', ')}`)
  const common = {
    ...present('name', pick(source, 'name') === undefined ? undefined : readName(source)),
    entity: entity ?? '',
    hook: readHook(source, type),
    priority: readWhole(source, 'priority', -mostPriority, mostPriority) ?? 0,
    active: readActive(source),
  }
  const definition = type && readDefinition(source, type)
  return entity === undefined ? undefined : definition && { ...common, ...definition }
}

function readHook(source: Source, type: Rule['type'] | undefined): Hook {
  const hook = readChoice(source, 'hook', hooks) ?? 'before_write'
  if (type === 'computed' && hook !== 'before_write')
    addProblem(source, 'hook', `must be before_write for a computed rule, found ${hook}`)
  return hook
}

type Definition<T extends Rule = Rule> = T extends Rule ? Pick<T, 'type' | 'definition'> : never

function readDefinition(owner: Source, type: Rule['type']): Definition | undefined {
  const path = joinPath(owner.path, 'definition')
  const source = readVariant(pick(owner, 'definition'), path, owner.problems, {
    keysOf: definitionKeys,
    type,
    noun: 'rules',
  })
  if (type === 'field') return readFieldRule(source)
  return type === 'expression' ? readExpressionRule(source) : readComputedRule(source)
}

function readFieldRule(source: Source): Definition | undefined {
  const field = readName(source, 'field')
  const operator = readChoice(source, 'operator', fieldOperators)
  if (pick(source, 'operator') === undefined)
    addProblem(source, 'operator', `is missing; it is one of ${fieldOperators.join(', ')}`)
  const value = operator && readOperand(source, operator)
  if (field === undefined || operator === undefined) return undefined
  return {
    type: 'field',
    definition: { field, operator, ...present('value', value), ...readVerdict(source) },
  }
}

function readExpressionRule(source: Source): Definition | undefined {
  const expression = readExpression(source, 'expression')
  const field = pick(source, 'field') === undefined ? undefined : readName(source, 'field')
  const rest = { ...readVerdict(source), relatedLoad: readRelatedLoads(source) }
  return expression === undefined
    ? undefined
    : { type: 'expression', definition: { expression, ...present('field', field), ...rest } }
}

function readComputedRule(source: Source): Definition | undefined {
  const field = readName(source, 'field')
  const expression = readExpression(source, 'expression')
  const relatedLoad = readRelatedLoads(source)
  if (field === undefined || expression === undefined) return undefined
  return { type: 'computed', definition: { field, expression, relatedLoad } }
}

function readVerdict(source: Source): Readonly<{ message?: string; stopOnFail: boolean }> {
  return {
    ...present('message', readText(source, 'message')),
    stopOnFail: readFlag(source, 'stop_on_fail') ?? false,
  }
}

/** Writes a rule in the form that documents and the tables hold: snake_case, without what defaults say. */
export function writeRule(rule: Rule): Record<string, unknown> {
  return {
    ...present('name', rule.name),
    entity: rule.entity,
    ...(rule.hook === 'before_write' ? {} : { hook: rule.hook }),
    type: rule.type,
    ...(rule.priority === 0 ? {} : { priority: rule.priority }),
    ...(rule.active ? {} : { active: false }),
    definition: writeDefinition(rule),
  }
}

function writeDefinition({ type, definition }: Rule): Record<string, unknown> {
  const field = present('field', definition.field)
  switch (type) {
    case 'field': {
      const { operator, value } = definition
      return { ...field, operator, ...present('value', value), ...writeVerdict(definition) }
    }
    case 'expression': {
      const { expression, relatedLoad } = definition
      return { expression, ...field, ...writeVerdict(definition), ...writeRelatedLoads(relatedLoad) }
    }
    case 'computed':
      return { ...field, expression: definition.expression, ...writeRelatedLoads(definition.relatedLoad) }
  }
}

function writeVerdict(given: Readonly<{ message?: string; stopOnFail: boolean }>): Record<string, unknown> {
  return { ...present('message', given.message), ...(given.stopOnFail ? { stop_on_fail: true } : {}) }
}

/** What a rule is called in problems and errors of the admin: `invoice.number_length`, or its id behind the dot. */
export function nameRule({ entity, name, id }: Pick<StoredRule, 'entity' | 'name' | 'id'>): string {
  return `${entity}.${name ?? id}`
}
