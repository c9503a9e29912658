// Any text at all: the language answers with a value, a problem or its own error, within its budget.
import { describe, expect, it } from 'vitest'
import { ExpressionError } from '../../../src/metadata/expression/error.ts'
import { compileExpression } from '../../../src/metadata/expression/expression.ts'
import { compileToSql } from '../../../src/metadata/expression/to-sql.ts'
import { createRandom, writeAnything } from './random.ts'
import { environment, scope } from './scope.ts'

const count = process.env.METALOOM_TEST_SIZE === 'long' ? 100_000 : 5_000

/** What a text came to; anything but the language's own error passes through. */
function outcomeOf(text: string): 'problem' | 'value' | 'error' {
  const compiled = compileExpression(text, scope)
  compileToSql(text, scope)
  if ('problem' in compiled) return 'problem'
  try {
    compiled.expression.evaluate(environment)
    return 'value'
  } catch (error) {
    if (error instanceof ExpressionError) return 'error'
    throw error
  }
}

describe('random texts', () => {
  it(`never bring anything else than a value, a problem or an error of the language (${count})`, {
    timeout: 300_000,
  }, () => {
    const random = createRandom(11)
    const outcomes = { problem: 0, value: 0, error: 0 }
    for (let index = 0; index < count; index++) outcomes[outcomeOf(writeAnything(random))]++
    expect(outcomes.value).toBeGreaterThan(0)
    expect(outcomes.problem).toBeGreaterThan(outcomes.value / 10)
  })
})
