// Which addresses the server may be made to ask: public ones, however they are spelt.
import { describe, expect, it } from 'vitest'
import { findUrlProblem, isPublic, lookUpPublic } from '../../src/outgoing/addresses.ts'

describe('an address', () => {
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'ff02::1',
    '2002:7f00:1::',
    '2001:0:1::1',
    '2001:db8::1',
    'hello',
    '',
  ])('%s is not public', (address) => {
    expect(isPublic(address)).toBe(false)
  })

  it.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111', '2a00:1450::1'])(
    '%s is public',
    (address) => {
      expect(isPublic(address)).toBe(true)
    },
  )
})

describe('a url', () => {
  it.each([
    ['https://127.1/', 'must not lead to a private address'],
    ['https://2130706433/', 'must not lead to a private address'],
    ['https://0x7f.0.0.1/', 'must not lead to a private address'],
    ['https://0177.0.0.1/', 'must not lead to a private address'],
    ['https://[::1]/', 'must not lead to a private address'],
    ['https://[::ffff:7f00:1]/', 'must not lead to a private address'],
    ['https://169.254.169.254/latest', 'must not lead to a private address'],
    ['http://example.com/', 'must begin with https://'],
    ['ftp://example.com/', 'must begin with https://'],
    ['https://user@example.com/', 'must not hold a user name or a password'],
    ['example.com', 'must be an address such as https://example.com/keys'],
    ['https://example.com/keys', undefined],
    ['https://8.8.8.8/keys', undefined],
  ])('%s: %s', (url, problem) => {
    expect(findUrlProblem(url, false)).toBe(problem)
  })

  it('may be http and private where that is allowed, and nothing else', () => {
    expect(findUrlProblem('http://127.0.0.1/', true)).toBeUndefined()
    expect(findUrlProblem('file:///etc/passwd', true)).toBe('must begin with https://')
  })
})

describe('a name', () => {
  it.each([true, false])('that leads to a private address is not looked up (all: %s)', async (all) => {
    const error = await new Promise((resolve) => lookUpPublic('localhost', { all }, resolve))
    expect(error).toMatchObject({ code: 'FORBIDDEN', message: 'localhost leads to a private address' })
  })
})
