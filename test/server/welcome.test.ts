// What a start tells the person at the terminal.
import { expect, test } from 'vitest'
import type { RunningServer } from '../../src/server/start.ts'
import { writeWelcome } from '../../src/server/welcome.ts'

const write = (apps: readonly string[], firstPassword?: string) =>
  writeWelcome(
    { url: 'http://127.0.0.1:4000', apps, firstPassword } as unknown as RunningServer,
    'ada@example.com',
  )

test('each of a few apps has its addresses', () => {
  const text = write(['demo', 'shop'])
  expect(text.match(/data API/g)).toHaveLength(2)
  expect(text).not.toContain('more apps')
})

test('of many apps five are told, and how many there are besides', () => {
  const text = write(['a', 'b', 'c', 'd', 'e', 'f', 'g'])
  expect(text.match(/data API/g)).toHaveLength(5)
  expect(text).toContain('and of 2 more apps, at http://127.0.0.1:4000/api/<app>/graphql')
})

test('the first password is told when there is one', () => {
  expect(write(['demo'], 'secret words')).toMatch(/e-mail +ada@example\.com\n +password +secret words/)
  expect(write(['demo'])).not.toContain('password')
})
