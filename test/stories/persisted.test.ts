// Persisted operations: found by hash or id on both routes and with files; where it is set, nothing else is run.
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { openPersisted } from '../../src/server/persisted.ts'
import { errorOf, type GraphQLReply, type Server, startTestServer } from '../support/server.ts'

const who = 'query Who { viewer { email } }\n'
const two = 'query One { viewer { email } } query Two { viewer { roles } }'
const mine = 'query Mine($n: Boolean = true) { viewer { id @include(if: $n) email } }'
const hash = (text: string): string => createHash('sha256').update(text).digest('hex')

let folder: string
let strict: Server
let open: Server
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metaloom-persisted-'))
  await mkdir(join(folder, 'documents', 'deeper'), { recursive: true })
  await writeFile(join(folder, 'documents', 'who.graphql'), who)
  await writeFile(join(folder, 'documents', 'deeper', 'two.graphql'), two)
  await writeFile(join(folder, 'documents', 'relay.json'), JSON.stringify({ 'mine-1': mine }))
  await writeFile(join(folder, 'documents', 'readme.md'), 'nothing to run')
  const access = (only: boolean) => ({
    ...readConfig({}, folder).access,
    persisted: { path: join(folder, 'documents'), only },
  })
  strict = await startTestServer(undefined, { access: access(true) })
  open = await startTestServer(undefined, { access: access(false) })
})
afterAll(async () => {
  await strict?.stop()
  await open?.stop()
  await rm(folder, { recursive: true, force: true })
})

const media = { short: 'application/json', long: 'application/json, text/plain' } as const
type Way = keyof typeof media
const ways: readonly Way[] = ['short', 'long']

async function ask(server: Server, way: Way, body: unknown): Promise<GraphQLReply> {
  const reply = await fetch(server.address('data'), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: media[way],
      authorization: `Bearer ${server.token}`,
    },
    body: JSON.stringify(body),
  })
  return { status: reply.status, ...((await reply.json()) as object) }
}

const viewer = { viewer: { email: 'admin@example.com' } }

describe.each(ways)('on the %s way', (way) => {
  test.each<[string, object, object]>([
    ['by its hash as documentId', { documentId: hash(who) }, viewer],
    ['by its hash with a prefix', { documentId: `sha256:${hash(who)}` }, viewer],
    [
      'by its hash in extensions',
      { extensions: { persistedQuery: { version: 1, sha256Hash: hash(who) } } },
      viewer,
    ],
    ['by the id of a manifest', { documentId: 'mine-1', variables: { n: false } }, viewer],
    ['by the hash of one in a manifest', { documentId: hash(mine), variables: { n: false } }, viewer],
    [
      'by the name of one of several',
      { documentId: hash(two), operationName: 'Two' },
      { viewer: { roles: ['admin'] } },
    ],
    [
      'with its text beside the hash',
      { query: who, extensions: { persistedQuery: { version: 1, sha256Hash: hash(who) } } },
      viewer,
    ],
    ['by its whole text', { query: who }, viewer],
  ])('an operation is found %s', async (_title, body, data) => {
    for (const server of [strict, open]) {
      const reply = await ask(server, way, body)
      expect([errorOf(reply), reply.data]).toEqual(['no error', data])
    }
  })

  const only = 'FORBIDDEN: Only persisted operations are run here; send the documentId of one'
  test.each<[string, object, string, string]>([
    ['another text', { query: '{ viewer { id } }' }, only, 'no error'],
    ['a text that differs by a blank', { query: `${who} ` }, only, 'no error'],
    ['an introspection, as GraphiQL sends it', { query: getIntrospectionQuery() }, only, 'no error'],
    [
      'another text with its own hash',
      {
        query: '{ viewer { id } }',
        extensions: { persistedQuery: { sha256Hash: hash('{ viewer { id } }') } },
      },
      only,
      'no error',
    ],
    [
      'another text with the hash of a known one',
      { query: '{ viewer { id } }', documentId: hash(who) },
      `BAD_USER_INPUT: The text of the request is not that of the persisted operation ${hash(who)}`,
      `BAD_USER_INPUT: The text of the request is not that of the persisted operation ${hash(who)}`,
    ],
    [
      'another text with a hash of nothing',
      { query: '{ viewer { id } }', documentId: 'a'.repeat(64) },
      `BAD_USER_INPUT: The text of the request does not have the hash ${'a'.repeat(64)}`,
      `BAD_USER_INPUT: The text of the request does not have the hash ${'a'.repeat(64)}`,
    ],
    [
      'an unknown id',
      { documentId: 'nothing' },
      'NOT_FOUND: There is no persisted operation "nothing" here',
      'NOT_FOUND: There is no persisted operation "nothing" here',
    ],
    [
      'a name that every object has',
      { documentId: 'constructor' },
      'NOT_FOUND: There is no persisted operation "constructor" here',
      'NOT_FOUND: There is no persisted operation "constructor" here',
    ],
  ])('%s gets its answer', async (_title, body, strictly, openly) => {
    expect(errorOf(await ask(strict, way, body))).toBe(strictly)
    expect(errorOf(await ask(open, way, body))).toBe(openly)
  })
})

test('an address can name an operation, and is held to the same', async () => {
  const get = async (server: Server, search: string): Promise<GraphQLReply> => {
    const reply = await fetch(`${server.address('data')}?${search}`, {
      headers: { authorization: `Bearer ${server.token}` },
    })
    return { status: reply.status, ...((await reply.json()) as object) }
  }
  expect((await get(strict, `documentId=${hash(who)}`)).data).toEqual(viewer)
  const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash: hash(who) } })
  expect((await get(strict, `extensions=${encodeURIComponent(extensions)}`)).data).toEqual(viewer)
  expect(errorOf(await get(strict, `query=${encodeURIComponent('{ viewer { id } }')}`))).toMatch(
    /^FORBIDDEN: Only persisted/,
  )
})

test('a form with files is held to the same', async () => {
  const send = async (operations: object): Promise<GraphQLReply> => {
    const body = new FormData()
    body.set('operations', JSON.stringify(operations))
    body.set('map', '{}')
    const reply = await fetch(strict.address('data'), {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${strict.token}` },
    })
    return { status: reply.status, ...((await reply.json()) as object) }
  }
  expect((await send({ documentId: hash(who) })).data).toEqual(viewer)
  expect(errorOf(await send({ query: '{ viewer { id } }' }))).toMatch(/^FORBIDDEN: Only persisted/)
})

test('the admin API stays open to administrators, who would else be locked out', async () => {
  expect(errorOf(await strict.send('admin', '{ metadata { revision } }'))).toBe('no error')
})

test.each([
  ['a.graphql', '{ viewer', /a\.graphql has a document that is no GraphQL: Syntax Error/],
  ['a.json', '{', /a\.json is not readable as JSON/],
  ['a.json', '[]', /a\.json must be a JSON object/],
  ['a.json', '{"x": 1}', /a\.json must map ids to documents/],
  ['a.json', '{"operations": [{"id": "x"}]}', /a\.json must map ids to documents/],
])('a file %s of %s stops the start', async (name, text, message) => {
  const path = await mkdtemp(join(tmpdir(), 'metaloom-persisted-'))
  await writeFile(join(path, name), text)
  const access = { ...readConfig({}, folder).access, persisted: { path, only: true } }
  expect(() => openPersisted(access)).toThrow(message)
  await rm(path, { recursive: true })
  expect(() => openPersisted(access)).toThrow(/persisted_operations\.path cannot be read: ENOENT/)
})

test('a manifest of Apollo has its operations in a list', async () => {
  const path = join(folder, 'manifest.json')
  const operations = [{ id: 'abc', name: 'Who', type: 'query', body: who }]
  await writeFile(path, JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations }))
  const { findText } = openPersisted({ ...readConfig({}, folder).access, persisted: { path, only: true } })
  expect([findText({ documentId: 'abc' }), findText({ documentId: hash(who) }), findText({})]).toEqual([
    who,
    who,
    undefined,
  ])
})
