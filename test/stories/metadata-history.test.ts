// What became of the definitions is kept: who, why and what; and there is a way back, which says what does not come back.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataOf, errorOf, type Server, startTestServer } from '../support/server.ts'

let server: Server
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(async () => {
  await server?.stop()
})

const admin = async (query: string, variables = {}) => dataOf(await server.send('admin', query, variables))
const importing = `mutation($document: String!, $reason: String, $prune: Boolean = false, $dryRun: Boolean = false) {
  importMetadata(document: $document, reason: $reason, prune: $prune, dryRun: $dryRun) { revision } }`
const importText = async (document: string, more = {}) =>
  (await admin(importing, { document, ...more })).importMetadata.revision
const exportText = async () => (await admin('{ exportMetadata }')).exportMetadata
const back = (revision: number, args = '') =>
  server.send(
    'admin',
    `mutation { rollbackMetadata(revision: ${revision}${args}) { revision steps warnings { path message } } }`,
  )
const history = `query($first: Int, $after: String) { metadataHistory(first: $first, after: $after) {
  nodes { revision author userId requestId reason steps changes { kind name before after paths } } hasNextPage endCursor } }`

const first = `entities:
  - name: plant
    fields: [{ name: label, type: string, required: true }, { name: height, type: int }]
  - { name: bed, fields: [{ name: note, type: text }] }
rules:
  - { entity: plant, name: tall, type: field, definition: { field: height, operator: min, value: 1 } }
  - { entity: plant, name: told, type: field, definition: { field: label, operator: min_length, value: 2 } }
permissions: [{ entity: plant, action: read, roles: [clerk] }]
`

describe('a change of definitions', () => {
  it('is kept with who made it, why, and what it did', async () => {
    expect(await importText(first, { reason: 'A garden' })).toBe(1)
    expect(await importText(first, { reason: 'The same garden' })).toBe(1)
    await importText(first.replace('value: 1 ', 'value: 3 '), { dryRun: true })
    await importText(first.replace('type: int', 'type: bigint').replace('value: 1 ', 'value: 3 '))
    const { viewer } = await admin('{ viewer { id } }')
    const { nodes } = (await admin(history)).metadataHistory
    expect(nodes).toMatchObject([
      { revision: 2, author: `user:${viewer.id}`, userId: viewer.id, reason: null },
      { revision: 1, author: `user:${viewer.id}`, userId: viewer.id, reason: 'A garden' },
    ])
    expect(nodes[0].requestId).toMatch(/^[\w-]{36}$/)
    expect(nodes[0].steps).toEqual([
      expect.stringContaining('alter table "plants" alter column "height" type bigint'),
    ])
    expect(nodes[0].changes).toEqual([
      {
        kind: 'ENTITY',
        name: 'plant',
        before: expect.objectContaining({ name: 'plant' }),
        after: expect.objectContaining({ name: 'plant' }),
        paths: ['fields.height.type'],
      },
      {
        kind: 'RULE',
        name: 'plant.tall',
        before: expect.objectContaining({ definition: { field: 'height', operator: 'min', value: 1 } }),
        after: expect.objectContaining({ definition: { field: 'height', operator: 'min', value: 3 } }),
        paths: ['definition.value'],
      },
    ])
    expect(
      nodes[1].changes.map((each: { name: string; before: unknown }) => [each.name, each.before]),
    ).toEqual([
      ['plant', null],
      ['bed', null],
      ['plant.tall', null],
      ['plant.told', null],
      [expect.stringMatching(/^plant\./), null],
    ])
  })

  it('is found page by page, with cursors of this list only', async () => {
    const page = (await admin(history, { first: 1 })).metadataHistory
    expect([page.nodes[0].revision, page.hasNextPage]).toEqual([2, true])
    const next = (await admin(history, { first: 1, after: page.endCursor })).metadataHistory
    expect([next.nodes[0].revision, next.hasNextPage]).toEqual([1, false])
    expect(errorOf(await server.send('admin', history, { after: 'x' }))).toMatch(
      /^BAD_USER_INPUT: after is not a cursor of this list/,
    )
    expect(errorOf(await server.send('admin', history, { first: 101 }))).toBe(
      'LIMIT_EXCEEDED: first must be at most 100, found 101',
    )
  })

  it.each([
    ['too long', 'a'.repeat(1001)],
    ['with NUL', '\0'],
  ])('takes no reason that is %s', async (_title, reason) => {
    expect(errorOf(await server.send('admin', importing, { document: first, reason }))).toBe(
      'BAD_USER_INPUT: reason must be text of at most 1000 characters without NUL',
    )
  })

  it('is nobody else’s business', async () => {
    expect(errorOf(await server.send('admin', history, {}, null))).toMatch(/^UNAUTHENTICATED: /)
    const reply = await server.send(
      'admin',
      'mutation { rollbackMetadata(revision: 1) { revision } }',
      {},
      null,
    )
    expect(errorOf(reply)).toMatch(/^UNAUTHENTICATED: /)
  })
})

describe('the way back', () => {
  it('makes definitions, order and tables what they were, as a new change', async () => {
    await importText(first, { prune: true })
    const before = await exportText()
    const { revision } = (await admin('{ metadata { revision } }')).metadata
    dataOf(await server.send('data', 'mutation { createPlant(input: { label: "Oak", height: 4 }) { id } }'))
    const other = first
      .replace('  - { name: bed, fields: [{ name: note, type: text }] }\n', '  - { name: pond }\n')
      .replace(/ {2}- \{ entity: plant, name: tall.*\n/, '')
      .replace('{ name: height, type: int }', '{ name: width, type: int }')
    await importText(other, { prune: true })
    const dry = dataOf(await back(revision, ', dryRun: true')).rollbackMetadata
    const done = dataOf(await back(revision)).rollbackMetadata
    expect(dry).toEqual(done)
    expect(done).toMatchObject({ revision: revision + 2, warnings: [] })
    expect(await exportText()).toBe(before)
    expect(dataOf(await server.send('data', '{ plants { nodes { label height } } }')).plants.nodes).toEqual([
      { label: 'Oak', height: 4 },
    ])
    const [entry] = (await admin(history, { first: 1 })).metadataHistory.nodes
    expect(entry.reason).toBe(`Back to revision ${revision}`)
  })

  it('says what was dropped and comes back empty', async () => {
    const { revision } = (await admin('{ metadata { revision } }')).metadata
    const rules = (await admin('{ rules(entity: "plant") { id name } }')).rules
    for (const { id } of rules) await admin('mutation($id: ID!) { deleteRule(id: $id) { revision } }', { id })
    await admin(`mutation { updateEntity(name: "plant", dropColumns: true, input: { name: "plant",
      fields: [{ name: "label", type: STRING, required: true }] }) { name } }`)
    await admin('mutation { deleteEntity(name: "bed", dropTable: true) { revision } }')
    const { warnings } = dataOf(await back(revision)).rollbackMetadata
    const now = (await admin('{ metadata { revision } }')).metadata.revision
    expect(warnings).toEqual([
      {
        path: 'entities.bed',
        message: `was dropped with its data in revision ${now - 1}; it comes back empty`,
      },
      {
        path: 'entities.plant.fields.height',
        message: `was dropped with its data in revision ${now - 2}; it comes back empty`,
      },
    ])
    expect(dataOf(await server.send('data', '{ plants { nodes { label height } } }')).plants.nodes).toEqual([
      { label: 'Oak', height: null },
    ])
  })

  it('to where one is changes nothing', async () => {
    const { revision } = (await admin('{ metadata { revision } }')).metadata
    expect(dataOf(await back(revision)).rollbackMetadata).toEqual({ revision, steps: [], warnings: [] })
  })

  it.each([
    [99, '', /^NOT_FOUND: No revision 99 was ever saved; the definitions are at \d+$/],
    [-1, '', /^NOT_FOUND: No revision -1 was ever saved/],
    [1, ', expectRevision: 1', /^CONFLICT: Expected revision 1 of the metadata, found \d+/],
  ])('to %s%s is refused', async (revision, args, message) => {
    expect(errorOf(await back(revision, args))).toMatch(message)
  })

  it('to the empty app takes everything out of reach, and back again', async () => {
    const before = await exportText()
    const { revision } = (await admin('{ metadata { revision } }')).metadata
    dataOf(await back(0))
    expect(await exportText()).toBe('version: 1\nentities: []\nrelations: []\n')
    dataOf(await back(revision))
    expect(await exportText()).toBe(before)
    expect(dataOf(await server.send('data', '{ plants { nodes { label } } }')).plants.nodes).toHaveLength(1)
  })
})
