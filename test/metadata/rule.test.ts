// What a definition of a rule may say by itself, and that it is written back without loss.
import { describe, expect, it } from 'vitest'
import type { Problem } from '../../src/errors.ts'
import { readRule, writeRule } from '../../src/metadata/rule.ts'
import { readGoodRule, type Written } from './app.ts'

function problemsOf(written: unknown): readonly string[] {
  const problems: Problem[] = []
  readRule(written, 'rules[0]', problems)
  return problems.map(({ path, message }) => `${path}: ${message}`)
}

const on = (definition: Written, more: Written = {}): Written => ({
  entity: 'invoice',
  type: 'field',
  definition,
  ...more,
})
const compare = (operator: string, value?: unknown): Written => on({ field: 'total', operator, value })
const expression = (definition: Written): Written => on(definition, { type: 'expression' })

describe('a rule', () => {
  it.each<[written: unknown, ...problems: (string | RegExp)[]]>([
    [
      5,
      'rules[0]: must be an object, found 5',
      'rules[0].entity: is missing',
      /^rules\[0\]\.type: is missing; it is one of field/,
    ],
    [
      { entity: 'invoice', type: 'field' },
      'rules[0].definition: must be an object, found nothing',
      'rules[0].definition.field: is missing',
      /^rules\[0\]\.definition\.operator: is missing; it is one of min, max/,
    ],
    [
      on({ field: 'a', operator: 'min', value: 1 }, { hok: 'x' }),
      /^rules\[0\]\.hok: is not known here \(did you mean "hook"\?\)/,
    ],
    [
      on({ field: 'a', operator: 'min', value: 1 }, { hook: 'before_update' }),
      /^rules\[0\]\.hook: must be one of before_write, after_write, before_delete; found "before_update"/,
    ],
    [
      on({ field: 'a', operator: 'min', value: 1 }, { priority: 1.5 }),
      /^rules\[0\]\.priority: must be a whole number/,
    ],
    [
      on({ field: 'a', operator: 'min', value: 1 }, { name: 'Big Name' }),
      /^rules\[0\]\.name: must be lower case words/,
    ],
    [
      on({ field: 'a', operator: 'min', value: 1 }, { active: true, enabled: false }),
      'rules[0].enabled: is another word for active, and says the opposite; drop one of the two',
    ],
    [
      on({ field: 'a', expression: 'true' }, { type: 'computed', hook: 'after_write' }),
      'rules[0].hook: must be before_write for a computed rule, found after_write',
    ],
    [
      on({ field: 'a', expression: 'true', message: 'x' }, { type: 'computed' }),
      'rules[0].definition.message: is not for computed rules; those have field, expression, related_load',
    ],
    [
      on({ field: 'a', operator: 'min', value: 1, expression: 'true' }),
      'rules[0].definition.expression: is not for field rules; those have field, operator, value, message, stop_on_fail',
    ],
    [expression({}), 'rules[0].definition.expression: is missing'],
    [
      expression({ expression: '  ' }),
      'rules[0].definition.expression: must be an expression, found empty text',
    ],
    [
      expression({ expression: 'x'.repeat(10_001) }),
      'rules[0].definition.expression: must have at most 10000 characters, found 10001',
    ],
    [
      expression({ expression: 'true', related_load: [{ filter: 5 }, { relation: 'a', filter: { b: [] } }] }),
      'rules[0].definition.related_load[0].relation: is missing',
      'rules[0].definition.related_load[0].filter: must be an object of fields and values, found 5',
      'rules[0].definition.related_load[1].filter.b: must be a value or a list of values, found an empty list',
    ],
    [
      compare('min_lenght', 1),
      /^rules\[0\]\.definition\.operator: must be one of min, .*; found "min_lenght" \(did you mean "min_length"\?\)/,
    ],
    [compare('min'), 'rules[0].definition.value: is missing; min compares with it'],
    [compare('min', [1]), 'rules[0].definition.value: must be one value, found [1]'],
    [compare('in', 'a'), 'rules[0].definition.value: must be a list of values for in, found "a"'],
    [compare('in', []), 'rules[0].definition.value: must be a list of values for in, found []'],
    [compare('not_in', ['a', null]), 'rules[0].definition.value[1]: must be one value, found null'],
    [compare('not_empty', true), 'rules[0].definition.value: is not for not_empty; drop it'],
    [
      compare('min_length', -1),
      'rules[0].definition.value: must be a whole number from 0 to 1000000, found -1',
    ],
    [
      compare('max_length', '3'),
      'rules[0].definition.value: must be a whole number from 0 to 1000000, found "3"',
    ],
    [compare('pattern', 5), 'rules[0].definition.value: must be text, found 5'],
  ])('of %j is refused', (written, ...problems) => {
    expect(problemsOf(written)).toEqual(
      problems.map((problem) => (typeof problem === 'string' ? problem : expect.stringMatching(problem))),
    )
  })

  it.each<Written>([
    { entity: 'a', type: 'field', definition: { field: 'b', operator: 'min', value: 0 } },
    { entity: 'a', type: 'field', definition: { field: 'b', operator: 'eq', value: false } },
    {
      entity: 'a',
      type: 'field',
      definition: { field: 'b', operator: 'in', value: ['x', 'y'], message: 'No', stop_on_fail: true },
    },
    { entity: 'a', type: 'field', definition: { field: 'b', operator: 'not_empty' } },
    {
      name: 'late',
      entity: 'a',
      hook: 'after_write',
      type: 'expression',
      priority: -5,
      active: false,
      definition: {
        expression: 'record.b > 1',
        field: 'b',
        message: 'No',
        related_load: [{ relation: 'c', filter: { d: 'x', e: [1, null] } }, { relation: 'f' }],
      },
    },
    {
      entity: 'a',
      type: 'computed',
      definition: { field: 'b', expression: 'count(related.c)', related_load: [{ relation: 'c' }] },
    },
  ])('is written as it was read: %j', (written) => {
    const text = JSON.stringify(writeRule(readGoodRule(written)))
    expect(text).toBe(JSON.stringify(written))
  })

  it('leaves defaults out, in one order of keys', () => {
    const written = {
      definition: {
        stop_on_fail: false,
        related_load: [{ filter: { z: ['x'], a: [1, 2] }, relation: 'b' }],
        expression: 'true',
      },
      enabled: true,
      type: 'expression',
      hook: 'before_write',
      priority: 0,
      entity: 'a',
    }
    expect(JSON.stringify(writeRule(readGoodRule(written)))).toBe(
      '{"entity":"a","type":"expression","definition":{"expression":"true","related_load":[{"relation":"b","filter":{"a":[1,2],"z":"x"}}]}}',
    )
  })

  it('may be switched off by the older word', () => {
    expect(readGoodRule({ ...expression({ expression: 'true' }), enabled: false }).active).toBe(false)
  })
})
