// Files through the front door: they are uploaded, put into records, read by those who may, and go when nobody needs them.
import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type Pool } from '../../src/database/connect.ts'
import { sweepFiles } from '../../src/files/sweep.ts'
import { makeFiles, png, upload } from '../support/files.ts'
import { dataOf, errorOf, type Server, startTestServer } from '../support/server.ts'

let server: Server
let pool: Pool
let ada: string
let bob: string
let eve: string

const document = {
  version: 1,
  entities: [
    {
      name: 'plant',
      soft_delete: true,
      fields: [
        { name: 'label', type: 'string', required: true },
        { name: 'owner', type: 'string' },
        { name: 'photo', type: 'file', accept: ['image/*'], max_size: 1_000 },
        { name: 'permit', type: 'file' },
      ],
    },
    {
      name: 'leaf',
      soft_delete: false,
      fields: [
        { name: 'plant_id', type: 'uuid' },
        { name: 'scan', type: 'file' },
      ],
    },
  ],
  relations: [
    {
      name: 'leaves',
      type: 'one_to_many',
      source: 'plant',
      target: 'leaf',
      target_key: 'plant_id',
      on_delete: 'cascade',
    },
  ],
  rules: [
    {
      entity: 'plant',
      hook: 'before_write',
      type: 'field',
      definition: { field: 'label', operator: 'min_length', value: 3, message: 'Label is too short' },
    },
  ],
  permissions: [
    { entity: 'plant', action: 'create', roles: ['gardener'] },
    { entity: 'plant', action: 'update', roles: ['gardener'] },
    { entity: 'plant', action: 'delete', roles: ['gardener'] },
    {
      entity: 'plant',
      action: 'read',
      roles: ['gardener'],
      conditions: [{ field: 'owner', operator: 'eq', value: '{{user.email}}' }],
    },
    { entity: 'plant', action: 'read', roles: ['gardener'], fields: ['label', 'owner', 'photo'] },
    { entity: 'plant', action: 'read', roles: ['visitor'] },
    { entity: 'leaf', action: 'create', roles: ['gardener'] },
    { entity: 'leaf', action: 'read', roles: ['gardener'] },
    { entity: 'leaf', action: 'update', roles: ['gardener'] },
    { entity: 'leaf', action: 'delete', roles: ['gardener'] },
  ],
}

async function makeUser(name: string, roles: readonly string[]): Promise<string> {
  const password = 'correct horse'
  const input = { email: `${name}@example.com`, password, roles }
  dataOf(
    await server.send('admin', 'mutation($input: UserInput!) { createUser(input: $input) { id } }', {
      input,
    }),
  )
  const log = 'mutation($e: String!, $p: String!) { login(email: $e, password: $p) { token } }'
  return dataOf(await server.send('data', log, { e: input.email, p: password }, null)).login.token
}

beforeAll(async () => {
  server = await startTestServer()
  pool = connect(server.appUrl, { max: 2 })
  dataOf(
    await server.send('admin', 'mutation($d: String!) { importMetadata(document: $d) { revision } }', {
      d: JSON.stringify(document),
    }),
  )
  ada = await makeUser('ada', ['gardener'])
  bob = await makeUser('bob', ['gardener'])
  eve = await makeUser('eve', ['visitor'])
})
afterAll(async () => {
  await pool?.end()
  await server?.stop()
})

const asAda = (query: string, variables?: object) => server.send('data', query, variables, ada)
const asBob = (query: string, variables?: object) => server.send('data', query, variables, bob)

async function send(token = ada, name = 'rose.png', bytes: Buffer | string = png, type = 'image/png') {
  return dataOf(await upload(server.url, token, { name, type, bytes })).uploadFile
}
const text = (token = ada, content = 'hello') => send(token, 'note.txt', content, 'text/plain')

/** The status of a file's address for whoever has this token. */
async function readAs(token: string | null, { url }: { url: string }): Promise<number> {
  const path = new URL(url, server.url).pathname
  const headers = token === null ? {} : { authorization: `Bearer ${token}` }
  const reply = await fetch(`${server.url}${path}`, { headers })
  await reply.arrayBuffer()
  return reply.status
}

async function stateOf(id: string) {
  const [row] = await pool`select state, freed_at is not null as free from _files where id = ${id}`
  return row === undefined ? 'gone' : `${row.state}${row.free ? ', free' : ''}`
}

const createPlant =
  'mutation($input: PlantCreateInput!) { createPlant(input: $input) { id photo { id filename mimeType size checksum url } permit { id } } }'
const updatePlant =
  'mutation($id: ID!, $input: PlantUpdateInput!) { updatePlant(id: $id, input: $input) { id photo { id } } }'

describe('a file', () => {
  test('is uploaded, and read by its signed address', async () => {
    const file = await send(ada, 'my rose.png')
    expect(file).toMatchObject({
      filename: 'my rose.png',
      mimeType: 'image/png',
      size: png.length,
      checksum: createHash('sha256').update(png).digest('hex'),
    })
    expect(file.url).toMatch(
      new RegExp(`^/api/demo/files/${file.id}/my%20rose.png\\?expires=\\d+&signature=[\\w-]{43}$`),
    )
    const reply = await fetch(server.url + file.url)
    expect(Buffer.from(await reply.arrayBuffer()).equals(png)).toBe(true)
    expect(await readdir(join(server.dataDir, 'files', 'demo', file.id))).toEqual(['my rose.png'])
    expect(await readdir(join(server.dataDir, 'files', '.incoming'))).toEqual([])
  })

  test('belongs to its uploader until a record refers to it', async () => {
    const file = await send()
    const query = 'query($id: ID!) { file(id: $id) { id filename } }'
    expect(dataOf(await asAda(query, { id: file.id })).file).toEqual({ id: file.id, filename: 'rose.png' })
    expect(dataOf(await asBob(query, { id: file.id })).file).toBeNull()
    expect(dataOf(await server.send('data', query, { id: file.id }, null)).file).toBeNull()
    expect(dataOf(await asBob('{ files { id } }')).files).toEqual([])
    const own = dataOf(await asAda('{ files(first: 1, unused: true) { id } }')).files
    expect(own).toEqual([{ id: file.id }])
    expect(dataOf(await server.send('data', '{ files(first: 1) { id } }')).files).toEqual([{ id: file.id }])
    expect([await readAs(ada, file), await readAs(bob, file), await readAs(null, file)]).toEqual([
      200, 404, 404,
    ])
  })

  test('is deleted by its uploader', async () => {
    const file = await send()
    const query = 'mutation($id: ID!) { deleteFile(id: $id) }'
    expect(errorOf(await asBob(query, { id: file.id }))).toBe(
      `NOT_FOUND: There is no file with the id "${file.id}"`,
    )
    expect(dataOf(await asAda(query, { id: file.id }))).toEqual({ deleteFile: true })
    expect(errorOf(await asAda(query, { id: file.id }))).toBe(
      `NOT_FOUND: There is no file with the id "${file.id}"`,
    )
    expect((await fetch(server.url + file.url)).status).toBe(404)
  })

  test('needs a token to come', async () => {
    const reply = await upload(server.url, null, { name: 'a.png', type: 'image/png', bytes: png })
    expect(reply.status).toBe(401)
    expect(errorOf(reply)).toBe(
      'UNAUTHENTICATED: Log in to upload files; call login and send "Authorization: Bearer <token>"',
    )
  })
})

describe('a record', () => {
  test('is made with a file, which those who may read the record and the field can read', async () => {
    const [photo, permit] = [await send(), await text()]
    const input = { label: 'rose', owner: 'ada@example.com', photo: photo.id, permit: permit.id }
    const plant = dataOf(await asAda(createPlant, { input })).createPlant
    expect(plant).toMatchObject({ photo: { ...photo, url: expect.any(String) }, permit: { id: permit.id } })
    const seen = dataOf(
      await asBob('query($id: ID!) { plant(id: $id) { label photo { id url } permit { id } } }', {
        id: plant.id,
      }),
    ).plant
    expect(seen).toMatchObject({ label: 'rose', photo: { id: photo.id }, permit: null })
    expect((await fetch(server.url + seen.photo.url)).status).toBe(200)
    expect([await readAs(bob, photo), await readAs(bob, permit), await readAs(null, photo)]).toEqual([
      200, 404, 404,
    ])
    expect(await stateOf(photo.id)).toBe('stored')
    expect(errorOf(await asAda('mutation($id: ID!) { deleteFile(id: $id) }', { id: photo.id }))).toBe(
      'CONFLICT: A record refers to this file; take it out of the record first',
    )
  })

  test('lets a file go when it gets another or none', async () => {
    const [one, other] = [await send(), await send()]
    const { id } = dataOf(await asAda(createPlant, { input: { label: 'rose', photo: one.id } })).createPlant
    dataOf(await asAda(updatePlant, { id, input: { photo: other.id } }))
    expect([await stateOf(one.id), await stateOf(other.id)]).toEqual(['stored, free', 'stored'])
    dataOf(await asAda(updatePlant, { id, input: { label: 'tulip', photo: other.id } }))
    expect(await stateOf(other.id)).toBe('stored')
    dataOf(await asAda(updatePlant, { id, input: { photo: null } }))
    expect(await stateOf(other.id)).toBe('stored, free')
  })

  test('of many refers to a file, which goes free with the last of them', async () => {
    const file = await text()
    const query =
      'mutation($inputs: [LeafCreateInput!]!) { createLeaves(inputs: $inputs) { nodes { id scan { id } } } }'
    const inputs = [{ scan: file.id }, { scan: file.id }, {}]
    const { nodes } = dataOf(await asAda(query, { inputs })).createLeaves
    expect(nodes.map((node: { scan: unknown }) => node.scan)).toEqual([
      { id: file.id },
      { id: file.id },
      null,
    ])
    const remove = 'mutation($id: ID!) { deleteLeaf(id: $id) { id } }'
    dataOf(await asAda(remove, { id: nodes[0].id }))
    expect(await stateOf(file.id)).toBe('stored')
    dataOf(await asAda(remove, { id: nodes[1].id }))
    expect(await stateOf(file.id)).toBe('stored, free')
  })

  test('takes files in nested rows, bulk changes and upserts', async () => {
    const [photo, scan, more] = [await send(), await text(), await text()]
    const input = { label: 'nested', photo: photo.id, leaves: { data: [{ scan: scan.id }] } }
    const { id } = dataOf(await asAda(createPlant, { input })).createPlant
    const read =
      'query($id: ID!) { plant(id: $id) { photo { id } leaves { nodes { id scan { id size } } } } }'
    const found = dataOf(await asAda(read, { id })).plant
    expect(found).toMatchObject({
      photo: { id: photo.id },
      leaves: { nodes: [{ scan: { id: scan.id, size: 5 } }] },
    })
    const bulk =
      'mutation($id: ID!, $f: ID!) { updateLeaves(where: { plantId: { eq: $id } }, input: { scan: $f }) { count } }'
    expect(dataOf(await asAda(bulk, { id, f: more.id })).updateLeaves).toEqual({ count: 1 })
    expect([await stateOf(scan.id), await stateOf(more.id)]).toEqual(['stored, free', 'stored'])
    const upsert =
      'mutation($id: ID!, $f: ID!) { upsertLeaf(key: { id: $id }, input: { scan: $f }) { scan { id } } }'
    const leaf = found.leaves.nodes[0].id
    expect(dataOf(await asAda(upsert, { id: leaf, f: scan.id })).upsertLeaf).toEqual({
      scan: { id: scan.id },
    })
    expect([await stateOf(scan.id), await stateOf(more.id)]).toEqual(['stored', 'stored, free'])
    const filter = '{ with: leaves(where: { scan: { isNull: false } }) { totalCount } }'
    expect(dataOf(await asAda(filter)).with.totalCount).toBeGreaterThan(0)
  })

  test('refuses an unknown file, one of somebody else and nonsense with one text', async () => {
    const foreign = await send(bob)
    const ids = [foreign.id, '6f9619ff-8b86-4d11-b42d-00c04fc964ff', 'nonsense', '../../etc/passwd']
    for (const id of ids) {
      const reply = await asAda(createPlant, { input: { label: 'rose', photo: id } })
      expect(errorOf(reply)).toBe(
        `NOT_FOUND: photo: leads to no file: there is none with the id ${JSON.stringify(id)}`,
      )
      expect(reply.errors?.[0]?.extensions.details).toMatchObject([{ path: 'photo', field: 'photo' }])
    }
    const nested = { label: 'rose', leaves: { data: [{}, { scan: foreign.id }] } }
    expect((await asAda(createPlant, { input: nested })).errors?.[0]?.extensions.details).toMatchObject([
      { path: 'leaves.data[1].scan' },
    ])
  })

  test('refuses types and sizes that its field does not take', async () => {
    const [note, large] = [await text(), await send(ada, 'x.png', Buffer.concat([png, Buffer.alloc(1_000)]))]
    expect(errorOf(await asAda(createPlant, { input: { label: 'rose', photo: note.id } }))).toBe(
      'VALIDATION_FAILED: photo: takes image/*; "note.txt" is text/plain',
    )
    expect(errorOf(await asAda(createPlant, { input: { label: 'rose', photo: large.id } }))).toBe(
      `VALIDATION_FAILED: photo: takes at most 1000 bytes; "x.png" has ${png.length + 1_000}`,
    )
  })

  test('that a rule refuses leaves its file free', async () => {
    const file = await send()
    expect(errorOf(await asAda(createPlant, { input: { label: 'x', photo: file.id } }))).toMatch(
      /^VALIDATION_FAILED/,
    )
    expect(await stateOf(file.id)).toBe('stored, free')
    dataOf(await asAda(createPlant, { input: { label: 'rose', photo: file.id } }))
  })

  test('keeps its file while it is deleted softly', async () => {
    const file = await send()
    const input = { label: 'rose', owner: 'ada@example.com', photo: file.id }
    const { id } = dataOf(await asAda(createPlant, { input })).createPlant
    dataOf(await asAda('mutation($id: ID!) { deletePlant(id: $id) { id photo { id } } }', { id }))
    expect(await stateOf(file.id)).toBe('stored')
    expect([await readAs(bob, file), await readAs(eve, file)]).toEqual([200, 404])
    dataOf(await asAda('mutation($id: ID!) { restorePlant(id: $id) { id } }', { id }))
    expect([await readAs(bob, file), await readAs(eve, file)]).toEqual([200, 200])
  })

  test('tells in its history which file it had', async () => {
    const file = await send()
    const { id } = dataOf(await asAda(createPlant, { input: { label: 'rose', photo: file.id } })).createPlant
    const query = 'query($id: ID!) { plant(id: $id) { history { nodes { new } } } }'
    const { url: _, ...known } = file
    expect(dataOf(await server.send('data', query, { id })).plant.history.nodes[0].new.photo).toEqual(known)
  })
})

describe('the sweep', () => {
  test('removes what no record has referred to for a day, row and bytes', async () => {
    const [old, young, used] = [await send(), await send(), await send()]
    dataOf(await asAda(createPlant, { input: { label: 'rose', photo: used.id } }))
    await pool`update _files set freed_at = now() - interval '25 hours' where id = any(${[old.id, used.id]})`
    await pool`update _files set freed_at = now() - interval '23 hours' where id = ${young.id}`
    await sweepFiles(makeFiles(pool, join(server.dataDir, 'files')))
    expect([await stateOf(old.id), await stateOf(young.id), await stateOf(used.id)]).toEqual([
      'gone',
      'stored, free',
      'stored, free',
    ])
    const folders = await readdir(join(server.dataDir, 'files', 'demo'))
    expect([old.id, young.id, used.id].map((id) => folders.includes(id))).toEqual([false, true, true])
  })
})

describe('an app that takes some types only', () => {
  test('refuses the others, however they come', async () => {
    const files = {
      path: join(server.dataDir, 'images'),
      limits: { maxSize: 1_000, maxFiles: 1 },
      limitsOfApps: new Map([['demo', { maxSize: 1_000, maxFiles: 1, accept: ['image/*'] }]]),
      publicUrl: 'https://files.example.com',
      sweepEvery: 600_000,
    }
    const own = await startTestServer(server, { files })
    const error =
      'VALIDATION_FAILED: Files of the type text/plain are not accepted here; accepted are image/*'
    expect(errorOf(await upload(own.url, own.token, { name: 'a.png', type: 'image/png', bytes: 'x' }))).toBe(
      error,
    )
    const sent = dataOf(await upload(own.url, own.token, { name: 'a.png', type: 'image/png', bytes: png }))
    expect(sent.uploadFile.url).toMatch(/^https:\/\/files\.example\.com\/api\/demo\/files\//)
    const create = 'mutation { createUpload(filename: "a.png", size: 1) { id url } }'
    const ticket = dataOf(await own.send('data', create)).createUpload
    const address = new URL(ticket.url)
    await fetch(`${own.url}${address.pathname}${address.search}`, { method: 'PUT', body: 'x' })
    const complete = 'mutation($id: ID!) { completeUpload(id: $id) { id } }'
    expect(errorOf(await own.send('data', complete, { id: ticket.id }))).toBe(error)
    expect(await stateOf(ticket.id)).toBe('doomed, free')
    await own.stop()
  })
})
