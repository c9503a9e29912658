// Each limit by both routes: what is exactly as large as allowed is answered, one more is refused before any SQL is run.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type LimitName, type Limits, limitTable } from '../../src/config/limits.ts'
import { dropDatabase, withDatabase } from '../../src/database/databases.ts'
import { dataOf, errorOf, type GraphQLReply, type Server, startTestServer } from '../support/server.ts'
import { recordStatements, type StatementRecorder } from '../support/statements.ts'

/** Small enough to stand at each of them; what is usual has a test of its own, beside the documents. */
const limits = {
  body: 9_000,
  jsonDepth: 20,
  values: 200,
  tokens: 150,
  depth: 4,
  aliases: 5,
  fields: 60,
  credentials: 2,
  records: 200,
  introspectionDepth: 5,
  introspections: 2,
  page: 3,
  nestedPage: 2,
  largestPage: 20,
  offset: 30,
  filterDepth: 3,
  filterConditions: 12,
  listed: 7,
  pattern: 20,
  jsonPath: 4,
  orderKeys: 2,
  orderDepth: 1,
  groupKeys: 2,
  having: 3,
  search: 10,
  writeDepth: 1,
  writeRows: 6,
  bulk: 8,
  usualBulk: 5,
} as const satisfies Partial<Limits>

const document = {
  version: 1,
  entities: [
    {
      name: 'club',
      fields: [
        { name: 'name', type: 'string', searchable: true },
        { name: 'town', type: 'string' },
        { name: 'rank', type: 'int' },
        { name: 'facts', type: 'json' },
      ],
    },
    {
      name: 'member',
      fields: [
        { name: 'name', type: 'string' },
        { name: 'club_id', type: 'uuid' },
      ],
    },
    {
      name: 'note',
      fields: [
        { name: 'words', type: 'string' },
        { name: 'member_id', type: 'uuid' },
      ],
    },
  ],
  relations: [
    { name: 'members', type: 'one_to_many', source: 'club', target: 'member', target_key: 'club_id' },
    { name: 'notes', type: 'one_to_many', source: 'member', target: 'note', target_key: 'member_id' },
  ],
}

let server: Server
let recorder: StatementRecorder
let databaseUrl: string
beforeAll(async () => {
  recorder = await recordStatements(inject('databaseUrl'))
  databaseUrl = withDatabase(recorder.url, `t_${randomUUID().replaceAll('-', '').slice(0, 20)}`)
  server = await startTestServer({ databaseUrl }, { limits })
  const importMetadata = 'mutation($d: String!) { importMetadata(document: $d) { revision } }'
  dataOf(await server.send('admin', importMetadata, { d: JSON.stringify(document) }))
})
afterAll(async () => {
  await server?.stop()
  for (const url of [server?.appUrl, databaseUrl]) if (url) await dropDatabase(url)
  await recorder?.stop()
})

type Request = Readonly<{ query: string; variables?: Readonly<Record<string, unknown>> }>
type Way = 'short' | 'long'
const media: Readonly<Record<Way, string>> = {
  short: 'application/json',
  long: 'application/json, text/plain',
}

async function ask(way: Way, request: Request): Promise<GraphQLReply> {
  const reply = await fetch(server.address('data'), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: media[way],
      authorization: `Bearer ${server.token}`,
    },
    body: JSON.stringify(request),
  })
  return { status: reply.status, ...((await reply.json()) as object) }
}

const repeat = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join(' ')
/** So many levels of one thing in another. */
const nest = <T>(levels: number, inner: T, wrap: (inner: T) => T): T =>
  levels === 0 ? inner : nest(levels - 1, wrap(inner), wrap)
const clubs = (args: string): Request => ({ query: `{ clubs(${args}) { totalCount } }` })

/** A document of so many tokens: 13 around the fields, 16 of which have a directive of 7. */
const tokens = (count: number): Request => {
  const names = ['id', 'name', 'town', 'rank', 'facts', '_version', 'nodeId']
  const field = (index: number) => `${names[index % names.length]}${index < 16 ? ' @skip(if: false)' : ''}`
  return { query: `{ clubs(first: 1) { nodes { ${repeat(count - 125, field)} } } }` }
}

/** Fields: two for each alias of the list, and those of the records, that come by a fragment. */
const fields = (count: number): Request => {
  const own = (Math.floor(count / 5) - 2) * 5
  const rest = count - 10 - own
  return {
    query: `{ ${repeat(5, (index) => `a${index}: clubs(first: 1) { nodes { ...f ${index === 0 ? repeat(rest, () => 'town') : ''} } }`)} }
      fragment f on Club { ${repeat(own / 5, (index) => (index % 2 === 0 ? 'id' : 'name'))} }`,
  }
}

const longText = (length: number): string => 'x'.repeat(length)
const padded = (bytes: number): string => {
  const empty = JSON.stringify({ query: '{ clubs { totalCount } }', variables: { a: '' } })
  return longText(bytes - empty.length)
}

/** A request of just so much of one thing. */
const attacks: readonly (readonly [LimitName, (count: number) => Request, RegExp])[] = [
  [
    'body',
    (count) => ({ query: '{ clubs { totalCount } }', variables: { a: padded(count) } }),
    /^LIMIT_EXCEEDED: The body of a request may have at most 9000 bytes$/,
  ],
  [
    'jsonDepth',
    (count) => ({
      query: 'query($f: JSON) { clubs(where: { facts: { contains: $f } }) { totalCount } }',
      variables: { f: nest<unknown>(count - 2, 1, (inner) => [inner]) },
    }),
    /^LIMIT_EXCEEDED: The request nests values more than 20 levels deep$/,
  ],
  [
    'values',
    (count) => ({
      query: 'query($f: JSON) { clubs(where: { facts: { contains: $f } }) { totalCount } }',
      variables: { f: Array.from({ length: count - 3 }, () => 1) },
    }),
    /^LIMIT_EXCEEDED: The request has more than 200 values; send it in parts$/,
  ],
  [
    'tokens',
    tokens,
    /^GRAPHQL_PARSE_FAILED: Syntax Error: Document contains more that 150 tokens. Parsing aborted.$/,
  ],
  [
    'depth',
    (count) => ({ query: `{ clubs(first: 1) { nodes { ${deep(count - 1)} } } }` }),
    /^LIMIT_EXCEEDED: The request goes 5 relations deep; at most 4 are allowed$/,
  ],
  [
    'aliases',
    (count) => ({ query: `{ ${repeat(count, (index) => `a${index}: clubs(first: 1) { totalCount }`)} }` }),
    /^LIMIT_EXCEEDED: The request selects clubs more than 5 times in one place$/,
  ],
  [
    'aliases',
    (count) => ({
      query: `{ ...f ...g } fragment f on Query { ${repeat(count - 1, (index) => `a${index}: viewer { id }`)} } fragment g on Query { b: viewer { id } }`,
    }),
    /^LIMIT_EXCEEDED: The request selects viewer more than 5 times in one place$/,
  ],
  [
    'fields',
    fields,
    /^LIMIT_EXCEEDED: The request asks for 61 fields once its fragments are put in; at most 60 are allowed$/,
  ],
  [
    'records',
    (count) => ({
      query: `{ clubs(first: 9) { nodes { members(first: 20) { nodes { id } } } } ${repeat(1, () => `b: clubs(first: ${count - 189}) { nodes { id } }`)} }`,
    }),
    /^LIMIT_EXCEEDED: The request could return 201 records; at most 200 are allowed, so ask for smaller pages$/,
  ],
  [
    'records',
    (count) => ({
      query:
        'query($n: Int = 9, $m: Int) { clubs(first: $n) { nodes { members(first: $m) { nodes { id } } } } b: clubs(first: 11) { nodes { id } } }',
      variables: { m: count - 180 },
    }),
    /^LIMIT_EXCEEDED: The request could return 209 records; at most 200 are allowed, so ask for smaller pages$/,
  ],
  [
    'introspectionDepth',
    (count) => ({
      query: `{ __type(name: "Club") { ${nest(count - 1, 'name', (inner) => `ofType { ${inner} }`)} } }`,
    }),
    /^LIMIT_EXCEEDED: The request introspects 6 levels deep; at most 5 are allowed$/,
  ],
  [
    'introspections',
    (count) => ({ query: `{ ${repeat(count, (index) => `a${index}: __type(name: "Club") { name }`)} }` }),
    /^LIMIT_EXCEEDED: The request asks for the schema 3 times; at most 2 are allowed$/,
  ],
  [
    'largestPage',
    (count) => ({ query: `{ clubs(first: ${count}) { nodes { id } } }` }),
    /^LIMIT_EXCEEDED: first must be at most 20, found 21$/,
  ],
  [
    'largestPage',
    (count) => ({ query: 'query($n: Int!) { clubs(last: $n) { nodes { id } } }', variables: { n: count } }),
    /^LIMIT_EXCEEDED: last must be at most 20, found 21$/,
  ],
  [
    'largestPage',
    (count) => ({ query: `{ clubsGrouped(by: [{ town: true }], first: ${count}) { aggregate { count } } }` }),
    /^LIMIT_EXCEEDED: first must be at most 20, found 21$/,
  ],
  ['offset', (count) => clubs(`offset: ${count}`), /^LIMIT_EXCEEDED: offset must be at most 30, found 31$/],
  [
    'filterDepth',
    (count) => clubs(`where: ${nest(count - 1, '{ name: { eq: "x" } }', (inner) => `{ not: ${inner} }`)}`),
    /^LIMIT_EXCEEDED: where.not.not.not is nested too deep; at most 3 levels are allowed$/,
  ],
  [
    'filterConditions',
    (count) =>
      clubs(
        `where: { or: [${repeat(count / 2, () => '{ rank: { gt: 1 } }')}] ${count % 2 === 1 ? 'name: { eq: "x" }' : ''} }`,
      ),
    /^LIMIT_EXCEEDED: where.* is one condition too many; at most 12 are allowed in all$/,
  ],
  [
    'listed',
    (count) => clubs(`where: { rank: { in: [${repeat(count, String)}] } }`),
    /^LIMIT_EXCEEDED: where.rank.in lists 8 values; at most 7 are allowed$/,
  ],
  [
    'pattern',
    (count) => clubs(`where: { name: { like: "${longText(count)}" } }`),
    /^LIMIT_EXCEEDED: where.name.like must have at most 20 characters, found 21$/,
  ],
  [
    'jsonPath',
    (count) => clubs(`where: { facts: { path: { at: [${repeat(count, () => '"a"')}], eq: 1 } } }`),
    /^LIMIT_EXCEEDED: where.facts.path.at lists 5 steps; at most 4 are allowed$/,
  ],
  [
    'orderKeys',
    (count) =>
      clubs(`orderBy: [${['{ name: ASC }', '{ rank: ASC }', '{ town: ASC }'].slice(0, count).join(' ')}]`),
    /^LIMIT_EXCEEDED: orderBy lists 3 keys; at most 2 are allowed$/,
  ],
  [
    'orderDepth',
    (count) => ({
      query: `{ notes(orderBy: [{ ${['', 'member: { name: ASC }', 'member: { club: { name: ASC } }'][count]} }]) { totalCount } }`,
    }),
    /^LIMIT_EXCEEDED: orderBy\[0\].member.club leads too far; at most 1 relations in a row are allowed$/,
  ],
  [
    'groupKeys',
    (count) => ({
      query: `{ clubsGrouped(by: [${['{ name: true }', '{ rank: true }', '{ town: true }'].slice(0, count).join(' ')}]) { aggregate { count } } }`,
    }),
    /^LIMIT_EXCEEDED: by lists 3 keys; at most 2 are allowed$/,
  ],
  [
    'having',
    (count) => ({
      query: `{ clubsGrouped(by: [{ town: true }], having: { count: { ${['gt: 1', 'lt: 9', 'neq: 5', 'lte: 8'].slice(0, count).join(' ')} } }) { aggregate { count } } }`,
    }),
    /^LIMIT_EXCEEDED: having.count is one condition too many; at most 3 are allowed in all$/,
  ],
  [
    'search',
    (count) => clubs(`search: "${longText(count)}"`),
    /^LIMIT_EXCEEDED: search has 11 characters; at most 10 are allowed$/,
  ],
  [
    'writeDepth',
    (count) => ({
      query: `mutation { createClub(input: { name: "x" members: { data: [{ name: "y" ${count > 1 ? 'notes: { data: [{ words: "z" }] }' : ''} }] } }) { id } }`,
    }),
    /^LIMIT_EXCEEDED: The input nests rows 2 levels deep; at most 1 are allowed$/,
  ],
  [
    'writeRows',
    (count) => ({
      query: `mutation { createClub(input: { name: "x" members: { data: [${repeat(count, () => '{ name: "y" }')}] } }) { id } }`,
    }),
    /^LIMIT_EXCEEDED: The input has 7 rows in all; at most 6 are allowed$/,
  ],
  [
    'writeRows',
    (count) => ({
      query: `mutation { createClubs(inputs: [${repeat(count, () => '{ name: "y" }')}]) { count } }`,
    }),
    /^LIMIT_EXCEEDED: inputs lists 7 records; at most 6 are allowed$/,
  ],
  [
    'bulk',
    (count) => ({
      query: `mutation { updateClubs(where: { name: { eq: "nobody" } }, input: { rank: 1 }, atMost: ${count}) { count } }`,
    }),
    /^LIMIT_EXCEEDED: atMost must be at most 8, found 9$/,
  ],
]

/** Relations to one below each other, under the first list and its members. */
function deep(hops: number): string {
  if (hops === 0) return 'id'
  return hops % 2 === 1 ? `members(first: 1) { nodes { ${deep(hops - 1)} } }` : `club { ${deep(hops - 1)} }`
}

const ways: readonly Way[] = ['short', 'long']
const cases = attacks.flatMap(([name, make, message]) => ways.map((way) => ({ name, way, make, message })))

/** What was run on the tables of the definitions. */
const takeOwn = (): readonly string[] =>
  recorder.take().filter((text) => /"(clubs|members|notes)"/.test(text) && !/_outbox|_changes/.test(text))

describe('a request', () => {
  test.each(cases)(
    'of just $name passes on the $way way, one more is refused before any SQL',
    async ({ name, way, make, message }) => {
      const most = (limits as Partial<Limits>)[name] ?? limitTable[name].usual
      expect(errorOf(await ask(way, make(most)))).toBe('no error')
      takeOwn()
      expect(errorOf(await ask(way, make(most + 1)))).toMatch(message)
      expect(takeOwn()).toEqual([])
    },
  )
})

describe('pages that nobody gave a size', () => {
  test.each([
    ['at the root', '{ clubs { nodes { name } } }', 'clubs', limits.page],
    [
      'in groups',
      '{ clubsGrouped(by: [{ id: true }]) { aggregate { count } } }',
      'clubsGrouped',
      limits.page,
    ],
  ] as const)('are as large as set %s', async (_title, query, field, size) => {
    const made =
      'mutation { createClubs(inputs: [{ name: "a" }, { name: "b" }, { name: "c" }, { name: "d" }]) { count } }'
    dataOf(await ask('short', { query: made }))
    const found = dataOf(await ask('short', { query }))[field]
    expect((found.nodes ?? found).length).toBe(size)
  })

  test('count by that size towards the records', async () => {
    // Twice 3 clubs with 2 members each, who have 2 notes each, and the number of them: 3 + 6 + 12 + 60.
    const query = `{ clubs { nodes { members { nodes { notes { nodes { id } totalCount } } } } } b: clubs { nodes { members { nodes { notes { nodes { id } totalCount } } } } } c: clubs(first: 20) { nodes { id } } d: clubs(first: 19) { nodes { id } } }`
    expect(errorOf(await ask('short', { query }))).toBe(
      'LIMIT_EXCEEDED: The request could return 201 records; at most 200 are allowed, so ask for smaller pages',
    )
    expect(errorOf(await ask('short', { query: query.replace('first: 19', 'first: 18') }))).toBe('no error')
  })

  test('of a mutation hold as many as it may write', async () => {
    const query = 'mutation { deleteClubs(where: {}, all: true) { count } }'
    dataOf(
      await ask('short', {
        query: 'mutation { createClubs(inputs: [{ name: "a" }, { name: "b" }]) { count } }',
      }),
    )
    expect(errorOf(await ask('short', { query }))).toMatch(/at most 5|atMost/)
  })
})

describe('credentials', () => {
  const logins = (count: number): string =>
    `mutation { ${repeat(count, (index) => `a${index}: login(email: "a@b.c", password: "x") { token }`)} }`

  test.each(ways)('are tried twice where two are set, not three times, on the %s way', async (way) => {
    expect(errorOf(await ask(way, { query: logins(2) }))).toMatch(
      /^UNAUTHENTICATED|^LIMIT_EXCEEDED: There were too many failed/,
    )
    recorder.take()
    expect(errorOf(await ask(way, { query: logins(3) }))).toBe(
      'LIMIT_EXCEEDED: The request has 3 of the mutations login, refreshSession, logout, changePassword, resetPassword, acceptInvite; 2 of them are allowed',
    )
    expect(recorder.take().filter((text) => /_throttle|_users/.test(text))).toEqual([])
  })
})

describe('a bomb of a few hundred bytes', () => {
  const circle = (count: number): string =>
    repeat(
      count,
      (index) =>
        `fragment f${index} on Mutation { ${repeat(count, (other) => (other === index ? '' : `...f${other}`))} }`,
    )
  const doubled = (count: number): string =>
    repeat(count, (index) => `fragment d${index} on Query { ...d${index + 1} ...d${index + 1} }`)

  test.each<[string, string, RegExp]>([
    [
      'of fragments that lead to all others',
      `mutation { ...f0 } ${circle(5)}`,
      /^GRAPHQL_VALIDATION_FAILED: Cannot spread fragment|^LIMIT_EXCEEDED/,
    ],
    [
      'of fragments that double',
      `{ ...d0 } ${doubled(8)} fragment d8 on Query { viewer { id } }`,
      /^LIMIT_EXCEEDED: .* once its fragments are put in/,
    ],
    [
      'of a fragment that is itself, in an introspection',
      '{ __type(name: "Club") { ...t } } fragment t on __Type { ofType { ...t } }',
      /^GRAPHQL_VALIDATION_FAILED: Cannot spread fragment "t" within itself/,
    ],
    [
      'of lists of types inside each other',
      '{ __schema { types { fields { type { fields { name } } } } } }',
      /^LIMIT_EXCEEDED: The request asks for fields inside of fields; an introspection has one list of types at a time$/,
    ],
    [
      'of possible types of interfaces',
      '{ __schema { types { interfaces { possibleTypes { name } } } } }',
      /^LIMIT_EXCEEDED: The request asks for possibleTypes inside of interfaces; /,
    ],
    [
      'of aliases in an introspection',
      '{ __schema { types { a: name b: name } } }',
      /^LIMIT_EXCEEDED: The request gives name another name inside an introspection, which has no aliases$/,
    ],
    [
      'of a pattern',
      '{ clubs(where: { name: { like: "%a%a%a%a%a%a%a%a%a%a%a" } }) { totalCount } }',
      /^LIMIT_EXCEEDED: where.name.like must have at most 20 characters/,
    ],
  ])('%s is refused on both ways before any SQL', async (_title, query, message) => {
    takeOwn()
    for (const way of ways) expect(errorOf(await ask(way, { query }))).toMatch(message)
    expect(takeOwn()).toEqual([])
  })
})
