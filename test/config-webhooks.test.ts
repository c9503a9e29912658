// The settings of webhooks: which variables headers may read, and how soon a message is tried again.
import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../src/config.ts'

const read = (environment: Record<string, string>) => readConfig(environment, tmpdir()).webhooks

describe('the variables that headers may read', () => {
  it('are none unless they are listed', () => {
    expect(read({ HOOK_KEY: 'k' })).toEqual({ variables: {} })
  })

  it('are those that are listed, and no others', () => {
    const environment = { METALOOM_WEBHOOK_ENV: 'HOOK_KEY, OTHER', HOOK_KEY: 'k', OTHER: 'o', PATH: '/bin' }
    expect(read(environment).variables).toEqual({ HOOK_KEY: 'k', OTHER: 'o' })
  })

  it.each([
    ['GONE', 'METALOOM_WEBHOOK_ENV: names GONE, which is not set'],
    ['TWO_LINES', 'METALOOM_WEBHOOK_ENV: names TWO_LINES, whose value is not one line of Latin-1 characters'],
    ['a-b', 'METALOOM_WEBHOOK_ENV: must be the name of a variable, found "a-b"'],
  ])('must be usable: %s', (name, message) => {
    const environment = { METALOOM_WEBHOOK_ENV: name, TWO_LINES: 'a\r\nb' }
    expect(() => read(environment)).toThrow(message)
  })
})

describe('the first pause', () => {
  it('can be set', () => {
    const { limits } = readConfig({ METALOOM_WEBHOOK_RETRY_MS: '250' }, tmpdir())
    expect(limits.firstPause).toBe(250)
  })

  it.each(['5', 'soon', '3600001'])('must be a number of milliseconds within bounds: %s', (value) => {
    expect(() => read({ METALOOM_WEBHOOK_RETRY_MS: value })).toThrow(
      'METALOOM_WEBHOOK_RETRY_MS: must be a whole number from 10 to 3600000',
    )
  })
})
