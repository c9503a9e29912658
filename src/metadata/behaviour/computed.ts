// Computed rules: which fields they may make, and in which order they come.

import { describe } from '../../reader.ts'
import type { Computed } from '../behaviour.ts'
import type { Expression } from '../expression/expression.ts'
import { fitsField, toFieldValue } from '../expression/field-value.ts'
import type { Field } from '../field.ts'
import type { ComputedRule } from '../rule.ts'
import type { Basis, Report, Subject } from './basis.ts'
import { compile, listOwn, usesNow } from './compile.ts'
import { findField } from './field-check.ts'
import { buildLoads } from './loads.ts'

/** A computed field with what its expression reads. */
export type Draft = Readonly<{ computed: Omit<Computed, 'rule'>; reads: Expression['reads'] }>

/** What a computed rule makes; undefined when the rule has problems. */
export function buildComputed(
  basis: Basis,
  { definition }: ComputedRule,
  isStateField: boolean,
  report: Report,
): Draft | undefined {
  const { field: name, relatedLoad, expression: text } = definition
  const field = findField(basis.subject, name, 'definition.field', report)
  const obstacle = field && findObstacle(basis.subject, field, isStateField)
  if (obstacle !== undefined) report('definition.field', `cannot be ${describe(name)}, ${obstacle}`)
  const loads = buildLoads(basis, relatedLoad, 'definition.related_load', report)
  const expression = compile(basis, { text, path: 'definition.expression', loads }, report)
  if (field === undefined || expression === undefined || loads === undefined) return undefined
  const misfit = fitsField(expression.type, field)
  if (misfit !== undefined) return report('definition.expression', misfit)
  const compute: Computed['compute'] = (environment) => toFieldValue(expression.evaluate(environment), field)
  return { computed: { field, usesNow: usesNow(expression), loads, compute }, reads: expression.reads }
}

/** Why no rule may compute the field; undefined when one may. */
function findObstacle(subject: Subject, field: Field, isStateField: boolean): string | undefined {
  const claims: readonly (readonly [boolean, string])[] = [
    [field.name === subject.key.field, 'the key of the entity'],
    [isStateField, 'the field of a state machine'],
    [field.name === subject.slug?.field, 'the slug, which is made from another field'],
    [field.auto !== undefined, 'which the system sets (auto)'],
    [isRelationKey(subject, field), 'the key of a relation, which relations set'],
    [field.required, 'which clients must give (required); let it be nullable: false instead'],
    [field.default !== undefined, 'which has a default that would never be seen; drop the default'],
    [field.references !== undefined, 'which points at a user'],
    [field.type === 'file', 'which holds a file'],
  ]
  return claims.find(([isSo]) => isSo)?.[1]
}

function isRelationKey(subject: Subject, field: Field): boolean {
  return subject.ends.some(
    (end) => end.side === 'target' && end.join === undefined && end.localColumn === field.name,
  )
}

/** Sorts the computed fields of one entity so that none reads one behind it; circles have been refused. */
export function sortComputed(drafts: readonly Draft[]): readonly Draft[] {
  const byField = new Map(drafts.map((draft) => [draft.computed.field.name, draft]))
  const names = new Set(byField.keys())
  const sorted = new Set<Draft>()
  const visit = (draft: Draft, above: ReadonlySet<Draft>): void => {
    if (sorted.has(draft) || above.has(draft)) return
    const path = new Set([...above, draft])
    for (const name of draft.reads.flatMap((read) => listOwn(read, names))) {
      const other = byField.get(name)
      if (other) visit(other, path)
    }
    sorted.add(draft)
  }
  for (const draft of drafts) visit(draft, new Set())
  return [...sorted]
}
