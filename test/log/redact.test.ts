// What a log line never shows, whatever is handed to it.
import { describe, expect, test } from 'vitest'
import { createReadableLog } from '../support/log.ts'

const secret = 'Zm9vYmFyYmF6cXV4'

/** The one line that comes of the facts. */
function write(facts: Record<string, unknown>): string {
  const { log, text } = createReadableLog()
  log.info(facts, 'something')
  return text()
}

describe('a log line hides', () => {
  test.each([
    ['a header', { authorization: secret }],
    ['a header however it is written', { headers: { 'Proxy-Authorization': secret } }],
    ['cookies', { request: { headers: { cookie: secret, 'set-cookie': [secret] } } }],
    ['passwords', { input: { newPassword: secret } }],
    ['tokens of every kind', { a: { b: { c: { d: { refreshToken: secret, apiKey: secret } } } } }],
    ['secrets in lists', { endpoints: [{ signingSecret: secret }] }],
    ['signatures', { signature: secret }],
    ['what is too deep to look at', { a: { b: { c: { d: { e: { f: { g: { h: { i: secret } } } } } } } } }],
    ['a bearer in a text', { error: `Refused: Authorization: Bearer ${secret}` }],
    ['a JSON web token in a text', { error: `bad token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.${secret}` }],
    ['the query of a signed link', { url: `/api/demo/files/1/a.png?expires=5&signature=${secret}` }],
    ['the query of an S3 link', { url: `https://s3.test/b?X-Amz-Signature=${secret}&x=1` }],
    ['the password of a database', { error: `cannot reach postgres://metaloom:${secret}@db:5432/x` }],
    ['a signing secret in a text', { error: `whsec_${secret}` }],
    ['a password hash', { error: `Failing row contains ($argon2id$v=19$m=19456$${secret})` }],
    ['what an error carries', { error: Object.assign(new Error('no'), { token: secret }) }],
    ['what stands in the message of an error', { error: new Error(`https://user:${secret}@host/`) }],
  ])('%s', (_what, facts) => {
    const line = write(facts as Record<string, unknown>)
    expect(line).toContain('[redacted]')
    expect(line).not.toContain(secret)
  })
})

test('a log line shows the rest as it is', () => {
  const facts = {
    requestId: 'r-1',
    status: 200,
    codes: ['FORBIDDEN'],
    at: null,
    error: 'at https://a.test/?page=2',
  }
  expect(JSON.parse(write(facts))).toMatchObject({ ...facts, level: 'info', msg: 'something' })
})
