// Who may look at a schema, and how: strangers not in production, everybody else at their own, and nobody waits for it.

import { tmpdir } from 'node:os'
import { buildClientSchema, execute, getIntrospectionQuery, parse, printSchema } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildAccountsSchema } from '../../src/api/fixed/accounts.ts'
import { buildDataSchema } from '../../src/api/generated/build.ts'
import { readConfig } from '../../src/config.ts'
import { createIntrospector } from '../../src/server/introspection.ts'
import { makeRegistry } from '../support/registry.ts'
import { dataOf, errorOf, type GraphQLReply, type Server, startTestServer } from '../support/server.ts'

let server: Server
let shut: Server
let open: Server
beforeAll(async () => {
  const accessOf = (environment: Record<string, string>) => readConfig(environment, tmpdir()).access
  const secret = { NODE_ENV: 'production', METALOOM_SECRET: 'a secret of the tests, 0123456789 abcdefgh' }
  server = await startTestServer(undefined, { access: accessOf(secret) })
  shut = await startTestServer(undefined, { access: accessOf({ METALOOM_INTROSPECTION: 'nobody' }) })
  open = await startTestServer()
})
afterAll(async () => {
  await server?.stop()
  await shut?.stop()
  await open?.stop()
})

const media = { short: 'application/json', long: 'application/json, text/plain' } as const
type Api = 'data' | 'admin' | 'platform'
async function ask(
  where: Server,
  api: Api,
  way: keyof typeof media,
  query: string,
  token?: string,
): Promise<GraphQLReply> {
  const reply = await fetch(where.address(api), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: media[way],
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify({ query }),
  })
  return { status: reply.status, ...((await reply.json()) as object) }
}

const whole = getIntrospectionQuery({ oneOf: true, schemaDescription: true, specifiedByUrl: true })
const questions = [
  '{ __schema { queryType { name } } }',
  '{ __type(name: "Query") { name } }',
  whole,
  'query A { ...f } fragment f on Query { __schema { types { name } } }',
  '{ viewer { id } __schema { queryType { name } } }',
]

describe.each(['short', 'long'] as const)('on the %s way', (way) => {
  test.each(questions)('a stranger is not told in production: %s', async (query) => {
    for (const api of ['data', 'admin'] as const)
      expect(errorOf(await ask(server, api, way, query.replaceAll(/viewer \{ id \}/g, '__typename')))).toBe(
        'UNAUTHENTICATED: Log in to look at the schema; strangers are not shown it here',
      )
    expect(errorOf(await ask(server, 'data', way, query, server.token))).toBe('no error')
    expect(errorOf(await ask(open, 'data', way, query))).toBe('no error')
    expect(errorOf(await ask(shut, 'data', way, query, shut.token))).toBe(
      'FORBIDDEN: You may not look at the schema here',
    )
  })

  test('a stranger who may not look hears of no name by a wrong one, all others do', async () => {
    const misspelt = '{ viewr { id } }'
    expect(errorOf(await ask(server, 'data', way, misspelt))).toBe(
      'GRAPHQL_VALIDATION_FAILED: Cannot query field "viewr" on type "Query".',
    )
    expect(errorOf(await ask(server, 'data', way, misspelt, server.token))).toMatch(/Did you mean "viewer"/)
    expect(errorOf(await ask(open, 'data', way, misspelt))).toMatch(/Did you mean "viewer"/)
  })

  test('the type names of what is asked for are not introspection', async () => {
    expect(dataOf(await ask(server, 'data', way, '{ __typename viewer { __typename } }'))).toEqual({
      __typename: 'Query',
      viewer: null,
    })
  })

  test('the answer is the same each time, and the one of the schema now', async () => {
    const first = dataOf(await ask(open, 'data', way, whole, open.token))
    expect(dataOf(await ask(open, 'data', way, whole, open.token))).toEqual(first)
    const name = `thing_${way}`
    const create =
      'mutation($n: String!) { createEntity(input: { name: $n, fields: [{ name: "title", type: STRING }] }) { name } }'
    const made = await open.send('admin', create, { n: name })
    expect(errorOf(made)).toBe('no error')
    const next = printSchema(buildClientSchema(dataOf(await ask(open, 'data', way, whole, open.token))))
    expect(next).toContain(`type Thing${way === 'short' ? 'Short' : 'Long'} implements Node`)
    expect(printSchema(buildClientSchema(first))).not.toContain(`Thing${way === 'short' ? 'Short' : 'Long'} `)
  })
})

describe('an introspection in slices', () => {
  const entities = Array.from({ length: 40 }, (_, index) => ({
    name: `thing_${index}`,
    fields: Array.from({ length: 10 }, (_each, field) => ({ name: `field_${field}`, type: 'string' })),
  }))

  test('has the words of graphql-js, and lets others have their turn', async () => {
    const schema = await buildDataSchema(makeRegistry({ entities }), buildAccountsSchema())
    const document = parse(whole)
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const answer = await createIntrospector()({ schema, document })
    clearInterval(timer)
    expect(turns).toBeGreaterThan(3)
    const text = answer.stringify?.() ?? ''
    expect(text).toBe(JSON.stringify({ data: (await execute({ schema, document })).data }))
  })

  test('is made once for all who ask at the same time, and once more for other words', async () => {
    const schema = await buildDataSchema(
      makeRegistry({ entities: entities.slice(0, 2) }),
      buildAccountsSchema(),
    )
    const introspect = createIntrospector()
    const given = { schema, document: parse(whole) }
    const [one, other] = await Promise.all([
      introspect(given),
      introspect({ ...given, document: parse(whole) }),
    ])
    expect(one).toBe(other)
    expect(await introspect(given)).toBe(one)
    const less = await introspect({ schema, document: parse('{ __schema { types { name } } }') })
    expect(less.stringify?.()).toMatch(/^\{"data":\{"__schema":\{"types":\[\{"name":"/)
    for (const empty of ['{ __type(name: "No") { name } }', '{ __type(name: "Int") { fields { name } } }'])
      expect((await introspect({ schema, document: parse(empty) })).stringify?.()).toMatch(
        /^\{"data":\{"__type":(null|\{"fields":null\})\}\}$/,
      )
    const none = await introspect({
      schema,
      document: parse('{ __schema { directives { args { defaultValue } } } }'),
    })
    expect(JSON.parse(none.stringify?.() ?? '')).toEqual({
      data: (
        await execute({ schema, document: parse('{ __schema { directives { args { defaultValue } } } }') })
      ).data,
    })
  })

  test('that fails is not kept', async () => {
    const schema = await buildDataSchema(makeRegistry({}), buildAccountsSchema())
    const answer = await createIntrospector()({
      schema,
      document: parse('query($n: String!) { __type(name: $n) { name } }'),
    })
    expect(answer.errors?.[0]?.message).toMatch(/Variable "\$n" of required type/)
  })
})
