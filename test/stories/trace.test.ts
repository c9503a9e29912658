// A header asks what a write did on its way; administrators are told, stage by stage, others are not.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dataOf, post, type Server, startTestServer } from '../support/server.ts'

const document = {
  version: 1,
  entities: [{ name: 'note', fields: [{ name: 'title', type: 'string', required: true, unique: true }] }],
}
const clerk = { email: 'clerk@example.com', password: 'correct horse' }

let server: Server
let clerkToken: string
beforeAll(async () => {
  server = await startTestServer()
  const importMetadata = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
  dataOf(await server.send('admin', importMetadata, { document: JSON.stringify(document) }))
  const createUser = 'mutation($input: UserInput!) { createUser(input: $input) { id } }'
  dataOf(await server.send('admin', createUser, { input: { ...clerk, roles: ['clerk'] } }))
  const login =
    'mutation($email: String!, $password: String!) { login(email: $email, password: $password) { token } }'
  clerkToken = dataOf(await post(server.address('data'), login, clerk)).login.token
})
afterAll(() => server?.stop())

/** A list of media types is nothing for the short way. */
const ways = { short: 'application/json', long: 'application/json, text/plain' } as const
type Way = keyof typeof ways
type Reply = Readonly<{ data?: unknown; extensions?: unknown; errors?: readonly { message: string }[] }>

async function ask(
  way: Way,
  query: string,
  header: string | null = '1',
  token = server.token,
): Promise<Reply> {
  const reply = await fetch(server.address('data'), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: ways[way],
      authorization: `Bearer ${token}`,
      ...(header === null ? {} : { 'x-metaloom-trace': header }),
    },
    body: JSON.stringify({ query }),
  })
  return (await reply.json()) as Reply
}

type Told = Readonly<{ trace: readonly Readonly<{ field: string; stages: readonly Stage[] }>[] }>
type Stage = Readonly<{ stage: string; milliseconds: number; records: readonly object[] }>

const create = (title: string): string => `createNote(input: { title: "${title}" }) { title }`

describe.each<Way>(['short', 'long'])('a trace, the %s way', (way) => {
  test('lists the stages of each writing field under its name in the reply', async () => {
    const { extensions } = await ask(way, `mutation { one: ${create(`${way} 1`)} ${create(`${way} 2`)} }`)
    const { trace } = extensions as Told
    expect(trace.map(({ field }) => field)).toEqual(['one', 'createNote'])
    for (const { stages } of trace) {
      expect(stages.length).toBeGreaterThan(3)
      for (const stage of stages)
        expect(stage).toEqual({
          stage: expect.any(String),
          milliseconds: expect.any(Number),
          records: expect.any(Array),
        })
    }
  })

  test('says for which records a stage ran, and as whom', async () => {
    const { extensions } = await ask(way, `mutation { ${create(`${way} 3`)} }`)
    const { trace } = extensions as Told
    const records = trace[0]?.stages.find((stage) => stage.records.length > 0)?.records
    expect(records).toEqual([
      expect.objectContaining({
        path: '',
        entity: 'note',
        action: 'create',
        actor: expect.stringMatching(/^user:/),
      }),
    ])
  })

  test('comes with a write that is refused, up to the refusal', async () => {
    const { extensions, errors } = await ask(way, 'mutation { createNote(input: { title: "" }) { title } }')
    expect(errors?.[0]?.message).toBe('title: is required')
    expect((extensions as Told).trace).toEqual([{ field: 'createNote', stages: expect.any(Array) }])
  })

  test.each([
    ['reads', '{ notes { totalCount } }'],
    ['is none', '{ notes { '],
    ['names what is not there', '{ nothing }'],
  ])('is empty for a request that %s', async (_title, query) => {
    expect((await ask(way, query)).extensions).toEqual({ trace: [] })
  })

  test.each([
    ['without the header', null],
    ['with another value of it', '0'],
  ])('is not there %s', async (title, header) => {
    expect(await ask(way, `mutation { ${create(`${way} ${title}`)} }`, header)).toEqual({
      data: { createNote: { title: `${way} ${title}` } },
    })
  })

  test.each([['a user who is no administrator', () => clerkToken]])(
    'is not there for %s',
    async (_title, findToken) => {
      expect(await ask(way, '{ viewer { roles } }', '1', findToken())).toEqual({
        data: { viewer: { roles: ['clerk'] } },
      })
    },
  )

  test('is the same whether the operation is compiled or not', async () => {
    const query = 'mutation { createNote(input: { title: "taken" }) { title } }'
    const fields = []
    for (let hit = 0; hit < 5; hit++)
      fields.push(((await ask(way, query)).extensions as Told).trace[0]?.field)
    expect(fields).toEqual(Array(5).fill('createNote'))
  })
})
