// What the rules and machines of one entity come to by themselves, before other entities are looked at.
import { describe, joinPath } from '../../reader.ts'
import type { Check, Hook, Machine } from '../behaviour.ts'
import type { DefinitionKind, DefinitionProblem } from '../registry.ts'
import { nameRule, type StoredRule } from '../rule.ts'
import { nameMachine, type StateMachine } from '../state-machine.ts'
import type { Basis, Report } from './basis.ts'
import { buildComputed, type Draft } from './computed.ts'
import { buildExpressionCheck } from './expression-check.ts'
import { buildFieldCheck } from './field-check.ts'
import { buildMachine } from './machine.ts'

/** The rules and machines of an entity, in order of definition. */
export type Own = Readonly<{ rules: readonly StoredRule[]; machines: readonly StateMachine[] }>

export type Part = Readonly<{
  checks: readonly Readonly<{ hook: Hook; check: Check }>[]
  computed: readonly Readonly<{ rule: StoredRule; draft: Draft }>[]
  machine?: Machine
}>

/** Builds what is active; what is not is looked at all the same. */
export function buildPart(basis: Basis, own: Own, problems: DefinitionProblem[]): Part {
  const sorted = own.rules.toSorted((a, b) => a.priority - b.priority)
  const checks = sorted.flatMap((rule) => {
    const check = buildCheck(basis, rule, reportOf('rule', nameRule(rule), problems))
    return check && rule.active ? [{ hook: rule.hook, check }] : []
  })
  const stateFields = new Set(own.machines.filter(({ active }) => active).map(({ field }) => field))
  const computed = sorted.flatMap((rule) => {
    if (rule.type !== 'computed') return []
    const isStateField = stateFields.has(rule.definition.field)
    const draft = buildComputed(basis, rule, isStateField, reportOf('rule', nameRule(rule), problems))
    return draft && rule.active ? [{ rule, draft }] : []
  })
  const machines = own.machines.flatMap((machine) => {
    const built = buildMachine(basis, machine, reportOf('machine', nameMachine(machine), problems))
    return built && machine.active ? [built] : []
  })
  checkNames(own.rules, problems)
  checkOnce(own, problems)
  const [machine] = machines
  return { checks, computed, ...(machine ? { machine } : {}) }
}

/** Notes problems of one definition. */
export function reportOf(kind: DefinitionKind, name: string, problems: DefinitionProblem[]): Report {
  return (path, message) => {
    problems.push({ kind, name, path, message })
    return undefined
  }
}

function buildCheck(basis: Basis, rule: StoredRule, report: Report): Check | undefined {
  if (rule.type === 'computed') return undefined
  const name = rule.name ?? rule.id
  const message = `breaks the rule ${name}`
  const built =
    rule.type === 'field' ? buildFieldCheck(basis, rule, report) : buildExpressionCheck(basis, rule, report)
  return built && { message, ...built, rule: name }
}

function checkNames(rules: readonly StoredRule[], problems: DefinitionProblem[]): void {
  const taken = new Set<string>()
  for (const rule of rules) {
    if (rule.name === undefined) continue
    if (taken.has(rule.name))
      reportOf(
        'rule',
        nameRule(rule),
        problems,
      )('name', `is taken by another rule of ${rule.entity}: ${describe(rule.name)}`)
    taken.add(rule.name)
  }
}

/** One rule makes a field, and one machine rules an entity, at a time. */
function checkOnce({ rules, machines }: Own, problems: DefinitionProblem[]): void {
  const makers = new Map<string, StoredRule>()
  for (const rule of rules.filter(({ active }) => active)) {
    if (rule.type !== 'computed') continue
    const { field } = rule.definition
    const other = makers.get(field)
    if (other)
      reportOf(
        'rule',
        nameRule(rule),
        problems,
      )(
        joinPath('definition', 'field'),
        `is computed already, by the rule ${nameRule(other)}: ${describe(field)}`,
      )
    else makers.set(field, rule)
  }
  const [first, ...others] = machines.filter(({ active }) => active)
  for (const machine of others)
    reportOf(
      'machine',
      nameMachine(machine),
      problems,
    )(
      'active',
      `cannot be true beside the active machine ${first ? nameMachine(first) : ''}; an entity has one at most`,
    )
}
