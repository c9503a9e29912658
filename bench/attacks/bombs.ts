// What somebody would send to bring a server down: small to write, dear to answer for who looks too late.
import { getIntrospectionQuery } from 'graphql'

/** A request body, and what the answer must begin with: the code of its error, or `data`. */
export type Bomb = Readonly<{ name: string; body: string; answer: string }>

type Request = Readonly<{ query: string; variables?: unknown }>

const repeat = (count: number, write: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => write(index)).join(' ')
const nest = <T>(levels: number, inner: T, wrap: (inner: T) => T): T => {
  let value = inner
  for (let level = 0; level < levels; level += 1) value = wrap(value)
  return value
}
const bomb = (name: string, answer: string, request: Request): Bomb => ({
  name,
  answer,
  body: JSON.stringify(request),
})

const doubled = `{ ...d0 } ${repeat(20, (index) => `fragment d${index} on Query { ...d${index + 1} ...d${index + 1} }`)} fragment d20 on Query { viewer { id } }`
const circle = `mutation { ...f0 } ${repeat(13, (index) => `fragment f${index} on Mutation { ${repeat(13, (other) => (other === index ? '' : `...f${other}`))} }`)}`
const pages =
  'thing0s(first: $n) { nodes { previous(first: $n) { nodes { previous(first: $n) { nodes { id } } } } } }'
const conflicts = `{ ${repeat(30, () => `thing0s { ...g0 }`)} } ${repeat(25, (index) => `fragment g${index} on Thing0Connection { nodes { ${repeat(10, (field) => `field${(index + field) % 19}: id`)} } ${index < 24 ? `...g${index + 1}` : ''} }`)}`
const wide = repeat(320, (index) => `a${index}: viewer { id }`)

const tree = `{ thing0(id: "x") { ...t0 } } ${repeat(10, (index) => `fragment t${index} on Thing${index} { next { ...t${index + 1} } next { ...t${index + 1} } }`)} fragment t10 on Thing10 { id }`
const branches = `{ thing0(id: "x") ${nest(7, '{ id }', (inner) => `{ next ${inner} next ${inner} }`)} }`

/** All of them, for an app whose entities are `thing0`, `thing1` and so on. */
export const bombs: readonly Bomb[] = [
  bomb('fragments that double', 'LIMIT_EXCEEDED', { query: doubled }),
  bomb('fragments that lead to all others', 'GRAPHQL_VALIDATION_FAILED', { query: circle }),
  bomb('fragments whose fields have to be compared', 'data', { query: conflicts }),
  bomb('a tree of fragments', 'data', { query: tree }),
  bomb('a tree of fields', 'data', { query: branches }),
  bomb('320 aliases', 'LIMIT_EXCEEDED', { query: `{ ${wide} }` }),
  bomb('320 aliases in a fragment', 'LIMIT_EXCEEDED', { query: `{ ...f } fragment f on Query { ${wide} }` }),
  bomb('150 unknown fields', 'GRAPHQL_VALIDATION_FAILED', {
    query: `{ ${repeat(150, (index) => `thang${index}s { id }`)} }`,
  }),
  bomb('pages in pages', 'LIMIT_EXCEEDED', { query: `{ ${pages.replaceAll('$n', '100')} }` }),
  bomb('pages by a variable', 'LIMIT_EXCEEDED', {
    query: `query ($n: Int) { ${pages} }`,
    variables: { n: 100 },
  }),
  bomb('500 levels', 'LIMIT_EXCEEDED', {
    query: nest(500, 'id', (inner) => `{ next ${inner} }`).replace('{ next', '{ thing0(id: "x")'),
  }),
  bomb('100,000 tokens', 'GRAPHQL_PARSE_FAILED', { query: `{ ${'id '.repeat(100_000)} }` }),
  bomb('a filter of 190 levels', 'LIMIT_EXCEEDED', {
    query: 'query ($w: Thing0Filter) { thing0s(where: $w) { totalCount } }',
    variables: { w: nest<unknown>(190, {}, (inner) => ({ not: inner })) },
  }),
  bomb('a filter of 50,000 conditions', 'LIMIT_EXCEEDED', {
    query: 'query ($w: Thing0Filter) { thing0s(where: $w) { totalCount } }',
    variables: { w: { or: Array.from({ length: 50_000 }, () => ({})) } },
  }),
  bomb('a filter of 40,000 unknown keys', 'LIMIT_EXCEEDED', {
    query: 'query ($w: Thing0Filter) { thing0s(where: $w) { totalCount } }',
    variables: { w: { or: Array.from({ length: 40_000 }, (_, index) => ({ [`field_${index}`]: 1 })) } },
  }),
  bomb('a filter of 14,000 conditions', 'LIMIT_EXCEEDED', {
    query: 'query ($w: Thing0Filter) { thing0s(where: $w) { totalCount } }',
    variables: { w: { or: Array.from({ length: 14_000 }, () => ({})) } },
  }),
  bomb('a filter of 14,000 unknown keys', 'BAD_USER_INPUT', {
    query: 'query ($w: Thing0Filter) { thing0s(where: $w) { totalCount } }',
    variables: { w: { or: Array.from({ length: 14_000 }, (_, index) => ({ [`field_${index}`]: 1 })) } },
  }),
  bomb('a list of 29,000 values', 'LIMIT_EXCEEDED', {
    query: 'query ($v: [ID!]) { thing0s(where: { id: { in: $v } }) { totalCount } }',
    variables: { v: Array.from({ length: 29_000 }, () => 'x') },
  }),
  bomb('a list of 100,000 values', 'LIMIT_EXCEEDED', {
    query: 'query ($v: [ID!]) { thing0s(where: { id: { in: $v } }) { totalCount } }',
    variables: { v: Array.from({ length: 100_000 }, () => 'x') },
  }),
  bomb('a filter just within its limits', 'data', {
    query: 'query ($w: Thing0Filter) { thing0s(where: $w) { totalCount } }',
    variables: {
      w: {
        or: Array.from({ length: 250 }, (_, index) => ({
          id: { eq: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}` },
        })),
      },
    },
  }),
  bomb('a pattern of 1,001 letters', 'LIMIT_EXCEEDED', {
    query: `{ thing0s(where: { field0: { like: "${'%a'.repeat(500)}%" } }) { totalCount } }`,
  }),
  bomb('a body of 900 KB in 190 levels', 'BAD_USER_INPUT', {
    query: 'query ($j: Int) { thing0s(first: $j) { totalCount } }',
    variables: { j: nest<unknown>(180, 'x'.repeat(900_000), (inner) => [inner]) },
  }),
  bomb('a body of 900 KB of brackets', 'LIMIT_EXCEEDED', { query: '{ viewer { id } }', variables: { j: 0 } }),
  bomb('a body of 2 MB', 'LIMIT_EXCEEDED', {
    query: '{ viewer { id } }',
    variables: { x: 'x'.repeat(2_000_000) },
  }),
  bomb('two log-ins', 'LIMIT_EXCEEDED', {
    query: `mutation { ${repeat(2, (index) => `a${index}: login(email: "a@b.c", password: "x") { token }`)} }`,
  }),
  bomb('types of fields of types', 'LIMIT_EXCEEDED', {
    query: '{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }',
  }),
  bomb('introspection by 30 names', 'LIMIT_EXCEEDED', {
    query: `{ ${repeat(30, (index) => `a${index}: __schema { types { name } }`)} }`,
  }),
  bomb('introspection', 'data', { query: getIntrospectionQuery() }),
].map((each) =>
  each.name === 'a body of 900 KB of brackets'
    ? { ...each, body: each.body.replace('0}', `${'['.repeat(450_000)}${']'.repeat(450_000)}}`) }
    : each,
)
