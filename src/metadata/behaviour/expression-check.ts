// Expression rules: a text that is true of a record which breaks the rule.

import type { Check } from '../behaviour.ts'
import { isTrue } from '../expression/values.ts'
import type { ExpressionRule } from '../rule.ts'
import type { Basis, Report } from './basis.ts'
import { compileCondition, readsComputed, usesNow } from './compile.ts'
import { findField } from './field-check.ts'
import { buildLoads } from './loads.ts'

/** What an expression rule asks of a record; undefined when the rule has problems. */
export function buildExpressionCheck(
  basis: Basis,
  { definition }: ExpressionRule,
  report: Report,
): (Omit<Check, 'rule' | 'message'> & Readonly<{ message?: string }>) | undefined {
  const { field: name, message, stopOnFail, relatedLoad, expression: text } = definition
  const field = name === undefined ? undefined : findField(basis.subject, name, 'definition.field', report)
  const loads = buildLoads(basis, relatedLoad, 'definition.related_load', report)
  const expression = compileCondition(basis, { text, path: 'definition.expression', loads }, report)
  if (expression === undefined || loads === undefined) return undefined
  return {
    ...(field === undefined ? {} : { field: field.name }),
    ...(message === undefined ? {} : { message }),
    stopOnFail,
    isLate: readsComputed(basis, expression),
    usesNow: usesNow(expression),
    loads,
    isBroken: (environment) => isTrue(expression.evaluate(environment)),
  }
}
