// Whoever names operations decides nothing about our memory.
import { expect, test } from 'vitest'
import { createNames } from '../../src/server/metrics/names.ts'

test('the first names are kept, the rest is one', () => {
  const find = createNames(2)
  expect(['a', 'b', 'c', 'a', 'b'].map((name) => find(name))).toEqual(['a', 'b', '_other', 'a', 'b'])
})

test('a name that must not be added is found once somebody else has added it', () => {
  const find = createNames(2)
  expect(find('a', false)).toBe('_other')
  find('a')
  expect(find('a', false)).toBe('a')
})
