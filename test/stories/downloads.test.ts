// How files are read over HTTP: parts, what the client has already, addresses that end or were changed.
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deriveLinkKey } from '../../src/auth/tokens.ts'
import { findReadEnd, signLink } from '../../src/files/link.ts'
import { upload } from '../support/files.ts'
import { dataOf, findAppSecret, type Server, startTestServer } from '../support/server.ts'

let server: Server
let file: { id: string; url: string; checksum: string }
const content = '0123456789abcdef'

beforeAll(async () => {
  server = await startTestServer()
  file = await send('notes.txt', content)
})
afterAll(() => server?.stop())

async function send(name: string, bytes: string): Promise<typeof file> {
  return dataOf(await upload(server.url, server.token, { name, type: 'text/plain', bytes })).uploadFile
}

/** What a request of exactly this target is answered with; `fetch` would tidy the target up. */
async function ask(target: string, headers: Record<string, string> = {}, method = 'GET') {
  return await new Promise<{ status: number; headers: Record<string, unknown>; body: string }>(
    (resolve, reject) => {
      const asked = request(server.url, { method, path: target, headers }, (reply) => {
        let body = ''
        reply.setEncoding('utf8').on('data', (chunk) => {
          body += chunk
        })
        reply.on('end', () => resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body }))
      })
      asked.on('error', reject)
      asked.end()
    },
  )
}

describe('a file', () => {
  test('comes with what browsers need to know', async () => {
    const { status, headers, body } = await ask(file.url)
    expect([status, body]).toEqual([200, content])
    expect(headers).toMatchObject({
      'accept-ranges': 'bytes',
      'cache-control': expect.stringMatching(/^private, max-age=\d+$/),
      'content-disposition': 'inline; filename=notes.txt',
      'content-length': '16',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'; form-action 'none'; sandbox",
      'content-type': 'text/plain; charset=utf-8',
      etag: `"${file.checksum}"`,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    const own = await ask(file.url.replace(/\?.*/, ''), { authorization: `Bearer ${server.token}` })
    expect([own.status, own.headers['cache-control']]).toEqual([200, 'private, no-cache'])
    const saved = await ask(`${file.url}&download`)
    expect(saved.headers['content-disposition']).toBe('attachment; filename=notes.txt')
  })

  test('tells its head without its bytes', async () => {
    const { status, headers, body } = await ask(file.url, {}, 'HEAD')
    expect([status, headers['content-length'], body]).toEqual([200, '16', ''])
  })

  test.each<[string, number, string, string | undefined]>([
    ['bytes=0-3', 206, '0123', 'bytes 0-3/16'],
    ['bytes=4-', 206, '456789abcdef', 'bytes 4-15/16'],
    ['bytes=-2', 206, 'ef', 'bytes 14-15/16'],
    ['bytes=-99', 206, content, 'bytes 0-15/16'],
    ['bytes=15-99', 206, 'f', 'bytes 15-15/16'],
    ['bytes=0-0', 206, '0', 'bytes 0-0/16'],
    ['bytes=16-', 416, '', 'bytes */16'],
    ['bytes=99-100', 416, '', 'bytes */16'],
    ['bytes=3-1', 200, content, undefined],
    ['bytes=-0', 416, '', 'bytes */16'],
    ['bytes=-', 200, content, undefined],
    ['bytes=0-1,2-3', 200, content, undefined],
    ['bytes=0-1,4-5', 200, content, undefined],
    ['lines=0-1', 200, content, undefined],
    ['nonsense', 200, content, undefined],
    ['bytes=0-18446744073709551616', 206, content, 'bytes 0-15/16'],
  ])('answers the range %s', async (range, status, body, contentRange) => {
    const reply = await ask(file.url, { range })
    expect([reply.status, reply.body, reply.headers['content-range']]).toEqual([status, body, contentRange])
  })

  test('is not sent again to who has it', async () => {
    const etag = `"${file.checksum}"`
    for (const value of [etag, `"x", ${etag}`, `W/${etag}`, '*']) {
      const reply = await ask(file.url, { 'if-none-match': value })
      expect([reply.status, reply.body, reply.headers.etag]).toEqual([304, '', etag])
    }
    expect((await ask(file.url, { 'if-none-match': '"other"' })).status).toBe(200)
    expect((await ask(file.url, { range: 'bytes=0-3', 'if-range': etag })).body).toBe('0123')
    expect((await ask(file.url, { range: 'bytes=0-3', 'if-range': '"other"' })).body).toBe(content)
  })

  test('without a byte in it comes as well', async () => {
    const empty = await send('empty.txt', '')
    const reply = await ask(empty.url)
    expect([reply.status, reply.headers['content-length'], reply.body]).toEqual([200, '0', ''])
    expect((await ask(empty.url, { range: 'bytes=0-' })).status).toBe(416)
  })

  test('has its name written so that every browser reads it', async () => {
    const { url } = await send('ünïcødé "日本".txt', 'x')
    expect((await ask(url)).headers['content-disposition']).toMatch(
      /^inline; filename="[\x20-\x7e]+"; filename\*=UTF-8''/,
    )
  })
})

describe('an address', () => {
  const changes: readonly (readonly [string, (url: string) => string])[] = [
    ['without a signature', (url) => url.replace(/\?.*/, '')],
    ['with another signature', (url) => url.replace(/signature=./, 'signature=_')],
    ['with a signature that is cut', (url) => url.slice(0, -5)],
    ['with a signature that goes on', (url) => `${url}x`],
    ['that would end later', (url) => url.replace(/expires=(\d)/, 'expires=9$1')],
    ['with an end that is no number', (url) => url.replace(/expires=\d+/, 'expires=NaN')],
    ['with two ends', (url) => url.replace('expires=', 'expires=9999999999&expires=')],
    ['of another name', (url) => url.replace('notes.txt', 'other.txt')],
    ['of another name by capitals', (url) => url.replace('notes.txt', 'NOTES.TXT')],
    [
      'of another file',
      (url) => url.replace(/files\/(.)/, (_, first) => `files/${first === '0' ? '1' : '0'}`),
    ],
    ['of no id', (url) => url.replace(/files\/[^/]+/, 'files/nonsense')],
    ['that climbs', (url) => url.replace('notes.txt', '..%2f..%2f..%2fsecret')],
    ['that climbs by points', (url) => url.replace('notes.txt', '../../../secret')],
    ['with a broken percent', (url) => url.replace('notes.txt', 'notes%.txt')],
    ['with a NUL', (url) => url.replace('notes.txt', 'notes.txt%00')],
    ['of another app', (url) => url.replace('/demo/', '/other/')],
  ]
  test.each(changes)('%s leads nowhere', async (_, change) => {
    const reply = await ask(change(file.url))
    expect([reply.status, reply.body]).toEqual([404, expect.stringContaining('"code":"NOT_FOUND"')])
  })

  test('that has ended leads nowhere, and one for sending bytes reads none', async () => {
    const key = deriveLinkKey(await findAppSecret(server), 'demo')
    const path = file.url.replace(/\?.*/, '')
    const past = Math.floor(Date.now() / 1000) - 1
    expect((await ask(`${path}?${signLink(key, { kind: 'read', id: file.id }, past)}`)).status).toBe(404)
    expect((await ask(`${path}?${signLink(key, { kind: 'read', id: file.id }, past + 60)}`)).status).toBe(200)
    const other = deriveLinkKey(await findAppSecret(server), 'other')
    expect((await ask(`${path}?${signLink(other, { kind: 'read', id: file.id }, past + 60)}`)).status).toBe(
      404,
    )
    const put = signLink(key, { kind: 'put', id: file.id, size: 16 }, past + 60)
    expect((await ask(`${path}?${put}`)).status).toBe(404)
  })

  test('stays the same for half an hour, so that browsers keep what they loaded', () => {
    const start = Date.UTC(2026, 0, 1, 12, 0, 0)
    const ends = [0, 10, 29, 30, 59].map((minute) => findReadEnd(start + minute * 60_000) - start / 1_000)
    expect(ends).toEqual([3_600, 3_600, 3_600, 5_400, 5_400])
  })

  test.each([
    ['a file', 'POST', 'GET, HEAD'],
    ['a file', 'DELETE', 'GET, HEAD'],
    ['what sends bytes', 'GET', 'PUT'],
  ])('of %s does not take %s', async (what, method, allow) => {
    const target = what === 'a file' ? file.url : file.url.replace('/notes.txt', '')
    const reply = await ask(target, {}, method)
    expect([reply.status, reply.headers.allow]).toEqual([405, allow])
  })

  test('with a bad token is refused as such', async () => {
    const reply = await ask(file.url.replace(/\?.*/, ''), { authorization: 'Bearer nonsense' })
    expect(reply.status).toBe(401)
  })
})
