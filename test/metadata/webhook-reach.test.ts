// What a server says of a webhook when it is saved: where it may lead, and which variables its headers may read.
import { describe, expect, it } from 'vitest'
import type { Problem } from '../../src/errors.ts'
import { readWebhook } from '../../src/metadata/webhook.ts'
import { findReachProblems } from '../../src/metadata/webhook-reach.ts'

const closed = { allowPrivate: false, variables: { HOOK_KEY: 'k' } }

function findProblems(input: Readonly<Record<string, unknown>>, reach = closed): readonly Problem[] {
  const problems: Problem[] = []
  const webhook = readWebhook({ entity: 'ticket', url: 'https://example.com', ...input }, '', problems)
  expect(problems).toEqual([])
  return webhook ? findReachProblems(webhook, 'input', reach) : []
}

describe('an address that leads to a private one', () => {
  it.each([
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '2130706433',
    '0x7f000001',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '017700000001',
    '127.0.0.1.',
    '①②⑦.0.0.1',
    '0',
    '0.0.0.0',
    '10.0.0.1',
    '10.1',
    '0xa.1',
    '100.64.0.1',
    '169.254.169.254',
    '0xa9fea9fe',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '3232235521',
    '198.18.0.1',
    '224.0.0.1',
    '[::]',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:10.0.0.1]',
    '[::ffff:a00:1]',
    '[64:ff9b::10.0.0.1]',
    '[2002:a00:1::]',
    '[fd00::1]',
    '[fe80::1]',
  ])('is refused when it is spelt %s', (host) => {
    expect(findProblems({ url: `https://${host}/hook` })).toEqual([
      { path: 'input.url', message: 'must not lead to a private address' },
    ])
  })

  it('is allowed where the operator opened it, by http too', () => {
    expect(findProblems({ url: 'http://127.0.0.1/hook' }, { ...closed, allowPrivate: true })).toEqual([])
  })
})

describe('an address', () => {
  it.each([
    ['http://example.com/hook', 'must begin with https://'],
    ['https://user:word@example.com/hook', 'must not hold a user name or a password'],
  ])('%s is refused', (url, message) => {
    expect(findProblems({ url })).toEqual([{ path: 'input.url', message }])
  })

  it('of the public internet passes', () => {
    expect(findProblems({ url: 'https://example.com:8443/hook?x=1' })).toEqual([])
  })
})

describe('a header', () => {
  it('may read what is on the list', () => {
    expect(findProblems({ headers: { 'X-Key': 'Key {{env.HOOK_KEY}}' } })).toEqual([])
  })

  it.each([
    ['PATH', '"PATH"'],
    ['hook_key', '"hook_key"'],
    ['constructor', '"constructor"'],
  ])('may not read %s', (name, told) => {
    expect(findProblems({ headers: { 'X-Key': `{{env.${name}}}` } })).toEqual([
      {
        path: 'input.headers.X-Key',
        message: `names a variable that is not on the server's list: ${told}; the operator lists it in METALOOM_WEBHOOK_ENV`,
      },
    ])
  })
})
