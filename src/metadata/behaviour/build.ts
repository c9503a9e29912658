// Builds what rules and machines come to, for every entity that has any, and names every problem on the way.
import { describe, suggest } from '../../reader.ts'
import type { Behaviour, Check, Computed, Hook } from '../behaviour.ts'
import type { DefinitionProblem, Definitions } from '../registry.ts'
import type { RelationEnd } from '../relation-end.ts'
import { nameRule, type StoredRule } from '../rule.ts'
import { nameMachine } from '../state-machine.ts'
import { buildBasis, buildGround, type Subject } from './basis.ts'
import { findCircles } from './circles.ts'
import { sortComputed } from './computed.ts'
import { findOpposite } from './loads.ts'
import { buildPart, type Own, type Part, reportOf } from './part.ts'

/** The behaviours by entity, and every problem of rules and machines; entities without behaviour are not there. */
export type Built = Readonly<{
  behaviours: ReadonlyMap<string, Behaviour>
  problems: readonly DefinitionProblem[]
}>

type Subjects = ReadonlyMap<string, Subject>

/** Builds all of it once; when there are problems, what was built is not to be used. */
export function buildBehaviours(definitions: Definitions, subjects: Subjects): Built {
  const problems: DefinitionProblem[] = []
  const owned = groupByEntity(definitions)
  const computed = new Map([...owned].map(([name, { rules }]) => [name, listComputed(rules)]))
  const ground = buildGround(subjects, computed)
  const parts = new Map<string, Part>()
  for (const [name, own] of owned) {
    const subject = subjects.get(name)
    if (subject) parts.set(name, buildPart(buildBasis(ground, subject), own, problems))
    else refuseOrphans(name, own, subjects, problems)
  }
  refuseCircles(parts, problems)
  return { behaviours: joinParts(parts, subjects), problems }
}

function groupByEntity({ rules, machines }: Definitions): ReadonlyMap<string, Own> {
  const groups = new Map<string, { rules: Own['rules'][number][]; machines: Own['machines'][number][] }>()
  const groupOf = (name: string) => {
    const group = groups.get(name) ?? { rules: [], machines: [] }
    groups.set(name, group)
    return group
  }
  for (const rule of rules) groupOf(rule.entity).rules.push(rule)
  for (const machine of machines) groupOf(machine.entity).machines.push(machine)
  return groups
}

function listComputed(rules: readonly StoredRule[]): ReadonlySet<string> {
  return new Set(
    rules.flatMap((rule) => (rule.type === 'computed' && rule.active ? [rule.definition.field] : [])),
  )
}

function refuseOrphans(
  name: string,
  { rules, machines }: Own,
  subjects: Subjects,
  problems: DefinitionProblem[],
): void {
  const message = `names no entity: ${describe(name)}${suggest(name, subjects.keys())}`
  for (const rule of rules) reportOf('rule', nameRule(rule), problems)('entity', message)
  for (const machine of machines) reportOf('machine', nameMachine(machine), problems)('entity', message)
}

/** Each circle is told once, of the rule that closes it. */
function refuseCircles(parts: ReadonlyMap<string, Part>, problems: DefinitionProblem[]): void {
  const points = [...parts].flatMap(([entity, { computed }]) =>
    computed.map(({ draft, rule }) => ({ entity, draft, rule })),
  )
  for (const { point, way } of findCircles(points))
    reportOf('rule', nameRule(point.rule), problems)('definition.expression', `goes in a circle: ${way}`)
}

function joinParts(parts: ReadonlyMap<string, Part>, subjects: Subjects): ReadonlyMap<string, Behaviour> {
  const dependents = findDependents(parts, subjects)
  const names = new Set([...parts.keys(), ...dependents.keys()])
  return new Map(
    [...names].map((name) => [name, joinPart(parts.get(name), dependents.get(name) ?? new Set())]),
  )
}

function joinPart(part: Part | undefined, dependents: ReadonlySet<RelationEnd>): Behaviour {
  const { checks = [], computed = [], machine } = part ?? {}
  const listOf = (hook: Hook): readonly Check[] =>
    checks.filter((each) => each.hook === hook).map(({ check }) => check)
  const rules = new Map(computed.map(({ draft, rule }) => [draft, rule.name ?? rule.id]))
  const sorted = sortComputed(computed.map(({ draft }) => draft))
  return Object.freeze({
    checks: {
      before_write: listOf('before_write'),
      after_write: listOf('after_write'),
      before_delete: listOf('before_delete'),
    },
    computed: sorted.map((draft): Computed => ({ ...draft.computed, rule: rules.get(draft) ?? '' })),
    ...(machine ? { machine } : {}),
    dependents: [...dependents],
  })
}

/** For each entity, its relations to records that compute something of its rows. */
function findDependents(
  parts: ReadonlyMap<string, Part>,
  subjects: Subjects,
): ReadonlyMap<string, ReadonlySet<RelationEnd>> {
  const found = new Map<string, Set<RelationEnd>>()
  for (const { computed } of parts.values())
    for (const { end } of computed.flatMap(({ draft }) => draft.computed.loads)) {
      const opposite = findOpposite(subjects, end)
      if (opposite) found.set(end.other, (found.get(end.other) ?? new Set()).add(opposite))
    }
  return found
}
