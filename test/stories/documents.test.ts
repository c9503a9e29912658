// Documents through the front door: an app moves into an empty one, and a document of an older server moves in.
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { dataOf, errorOf, type Server, startTestServer } from '../support/server.ts'

let server: Server
let other: Server
beforeAll(async () => {
  ;[server, other] = await Promise.all([startTestServer(), startTestServer()])
})
afterAll(async () => {
  await Promise.all([server?.stop(), other?.stop()])
})

const importing = `mutation($document: String!, $prune: Boolean = false, $dryRun: Boolean = false) {
  importMetadata(document: $document, prune: $prune, dryRun: $dryRun) { revision steps warnings { path message } } }`

async function importInto(on: Server, document: string, more = {}) {
  return dataOf(await on.send('admin', importing, { document, ...more })).importMetadata
}

async function exportFrom(on: Server, format = 'YAML'): Promise<string> {
  return dataOf(await on.send('admin', `{ exportMetadata(format: ${format}, withData: true) }`))
    .exportMetadata
}

describe('a document of the wild', () => {
  let text: string
  beforeAll(async () => {
    text = await readFile('test/wild/library.json', 'utf8')
  })

  it('comes in, with a warning for each thing that is read otherwise', async () => {
    const rehearsed = await importInto(server, text, { dryRun: true })
    expect(dataOf(await server.send('admin', '{ entities { name } }')).entities).toEqual([])
    const { revision, steps, warnings } = await importInto(server, text)
    expect([revision, steps]).toEqual([1, rehearsed.steps])
    expect(warnings.map((each: { path: string; message: string }) => `${each.path} ${each.message}`)).toEqual(
      [
        'ui_configs are ignored, 1 of them: there are no screens to configure here',
        'entities[1].fields[3] is left out: the system itself keeps when a record was deleted',
        'entities[0].name is read as shelf, found Shelf: names have no capitals here',
        'entities[1].fields[5].name is read as copycount, found copyCount: names have no capitals here',
        'relations[0].ownership is read as source with write_mode append: the key of the target can never be cleared',
        'relations[0].on_delete is read as restrict, found set_null: the key of the target can never be cleared',
        'relations[2].on_delete is read as detach, found cascade: only the pairs of the join table go',
        'permissions[0].roles are read without admin, who may do everything without a permission',
        'permissions[1] is left out: the role admin may do everything without a permission',
      ],
    )
  })

  it('works as one of our own: rows, sides, rules, states, keys', async () => {
    const query = `{ books { nodes { title slug copycount state worth shelf { label parent { label } } bookTopics { nodes { name } } } } }`
    expect(dataOf(await server.send('data', query)).books.nodes).toEqual([
      {
        title: 'On Stars',
        slug: 'on-stars',
        copycount: 3,
        state: 'HERE',
        worth: null,
        shelf: { label: 'A1', parent: { label: 'A' } },
        bookTopics: { nodes: [{ name: 'Sky' }] },
      },
    ])
    const create = (copies: number) =>
      server.send(
        'data',
        `mutation { createBook(input: { title: "Tides", shelfId: 41, price: "2.00", copycount: ${copies} }) { worth state } }`,
      )
    expect(errorOf(await create(-1))).toBe('VALIDATION_FAILED: A book has no fewer than no copies')
    expect(dataOf(await create(4)).createBook).toEqual({ worth: '8.00', state: 'ORDERED' })
    const exported = await exportFrom(server)
    for (const part of [
      'copies: record.copycount',
      'field: copycount\n            value: 0',
      "condition: action === 'create' && record.copycount < 2",
    ])
      expect(exported).toContain(part)
    const shelf = await server.send('data', 'mutation { createShelf(input: { label: "B" }) { id } }')
    expect(dataOf(shelf).createShelf).toEqual({ id: '42' })
  })

  it('tells problems where they stand, beside what was left out', async () => {
    const broken = text
      .replace(
        '"type": "decimal", "precision": 2 },\n          { "name": "worth"',
        '"type": "money" },\n          { "name": "worth"',
      )
      .replace('"action": "update"', '"action": "write"')
    const reply = await server.send('admin', importing, { document: broken })
    const details = reply.errors?.[0]?.extensions.details as readonly { path: string }[]
    expect(details.map(({ path }) => path)).toEqual(['entities[1].fields[6].type', 'permissions[2].action'])
  })

  it.each(['YAML', 'JSON'])(
    'moves on to an empty app as %s, which exports the same bytes',
    async (format) => {
      const exported = await exportFrom(server, format)
      const { warnings } = await importInto(other, exported, { prune: true })
      expect(warnings).toEqual([])
      expect(await exportFrom(other, format)).toBe(exported)
      expect(await importInto(other, exported, { prune: true })).toEqual({
        revision: 1,
        steps: [],
        warnings: [],
      })
    },
  )
})

test('names that a relation got by giving way move along', async () => {
  const app = `entities:
  - { name: meal, fields: [{ name: cook, type: string }, { name: cook_id, type: uuid }] }
  - { name: chef }
relations: [{ name: meals, type: one_to_many, source: chef, target: meal, target_key: cook_id, on_delete: set_null }]`
  await importInto(server, app)
  await importInto(server, app.replace('{ name: cook, type: string }, ', ''))
  const exported = await exportFrom(server)
  expect(exported).toContain('inverse: cook_rel')
  await importInto(other, exported, { prune: true })
  expect(dataOf(await other.send('data', '{ meals { nodes { cookRel { id } } } }')).meals.nodes).toEqual([])
  expect(await importInto(server, exported, { prune: true })).toMatchObject({ steps: [] })
  expect(await exportFrom(server)).toBe(exported)
})

test('a large document is for administrators only', async () => {
  const document = `# ${'x'.repeat(2_000_000)}\nentities: []`
  expect((await server.send('admin', importing, { document }, null)).status).toBe(413)
  expect(await importInto(server, document)).toMatchObject({ steps: [] })
  expect((await server.send('data', '{ __typename }', { document })).status).toBe(413)
})

const size = process.env.METALOOM_TEST_SIZE === 'long' ? 1_000 : 40

test(`an app of ${size} entities comes in, goes out and stays the same`, async () => {
  const names = Array.from({ length: size }, (_, index) => `thing_n${index}`)
  const entities = names.map((name) => ({
    name,
    fields: Array.from({ length: 10 }, (_, index) => ({ name: `field_n${index}`, type: 'string' })),
  }))
  const permissions = names.map((entity) => ({ entity, action: 'read', roles: ['clerk'] }))
  const document = JSON.stringify({ version: 1, entities, permissions })
  const { revision, steps } = await importInto(other, document, { prune: true })
  expect(steps.filter((step: string) => step.startsWith('create table'))).toHaveLength(size)
  const exported = await exportFrom(other)
  expect(await importInto(other, exported, { prune: true })).toEqual({ revision, steps: [], warnings: [] })
  expect(await exportFrom(other)).toBe(exported)
}, 600_000)
