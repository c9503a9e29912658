// Files and records that change at once: no record ever refers to a file that is gone, and none stays that nobody needs.
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type Pool } from '../../src/database/connect.ts'
import { AppError } from '../../src/errors.ts'
import { keepIncoming, makeIncoming } from '../../src/files/incoming.ts'
import { createSpool } from '../../src/files/spool.ts'
import { sweepFiles } from '../../src/files/sweep.ts'
import { makeFiles, upload } from '../support/files.ts'
import { dataOf, errorOf, type Server, startTestServer } from '../support/server.ts'

const rounds = process.env.METALOOM_TEST_SIZE === 'long' ? 200 : 15

let server: Server
let pool: Pool
const document = {
  version: 1,
  entities: [
    {
      name: 'folder',
      soft_delete: false,
      fields: [
        { name: 'label', type: 'string' },
        { name: 'cover', type: 'file' },
      ],
    },
    {
      name: 'page',
      soft_delete: true,
      fields: [
        { name: 'folder_id', type: 'uuid' },
        { name: 'scan', type: 'file' },
      ],
    },
  ],
  relations: [
    {
      name: 'pages',
      type: 'one_to_many',
      source: 'folder',
      target: 'page',
      target_key: 'folder_id',
      on_delete: 'cascade',
    },
  ],
}

beforeAll(async () => {
  server = await startTestServer()
  pool = connect(server.appUrl, { max: 4 })
  await importDocument(document)
})
afterAll(async () => {
  await pool?.end()
  await server?.stop()
})

async function importDocument(definitions: object): Promise<void> {
  const query = 'mutation($d: String!) { importMetadata(document: $d) { revision } }'
  dataOf(await server.send('admin', query, { d: JSON.stringify(definitions) }))
}

const files = () => makeFiles(pool, join(server.dataDir, 'files'))
const send = async (): Promise<string> =>
  dataOf(await upload(server.url, server.token, { name: 'a.txt', type: 'text/plain', bytes: 'x' })).uploadFile
    .id
const write = (query: string, variables: object) => server.send('data', query, variables)
const createFolder =
  'mutation($cover: ID, $pages: FolderPagesRelationInput) { createFolder(input: { cover: $cover, pages: $pages }) { id } }'
const makeFolder = async (cover?: string): Promise<string> =>
  dataOf(await write(createFolder, { cover })).createFolder.id

/** Whether a file is there, and whether a record refers to it. */
async function stateOf(id: string): Promise<string> {
  const [row] = await pool`select state, freed_at is not null as free,
    (select count(*)::int from _file_uses u where u.file_id = f.id) as uses from _files f where id = ${id}`
  return row === undefined ? 'gone' : `${row.state}${row.free ? ', free' : ''}, ${row.uses} uses`
}

describe('one file', () => {
  test('that ten records take at once and let go at once is free in the end', async () => {
    const file = await send()
    const ids = await Promise.all(Array.from({ length: 10 }, () => makeFolder(file)))
    expect(await stateOf(file)).toBe('stored, 10 uses')
    const remove = 'mutation($id: ID!) { deleteFolder(id: $id) { id } }'
    for (const reply of await Promise.all(ids.map((id) => write(remove, { id })))) dataOf(reply)
    expect(await stateOf(file)).toBe('stored, free, 0 uses')
  })

  test('of ten that are put into one record at once stays there', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, send))
    const id = await makeFolder()
    const update =
      'mutation($id: ID!, $cover: ID!) { updateFolder(id: $id, input: { cover: $cover }) { id } }'
    for (const reply of await Promise.all(all.map((cover) => write(update, { id, cover })))) dataOf(reply)
    const folder = dataOf(await write('query($id: ID!) { folder(id: $id) { cover { id } } }', { id })).folder
    const states = new Map(await Promise.all(all.map(async (each) => [each, await stateOf(each)] as const)))
    for (const [each, state] of states)
      expect(state).toBe(each === folder.cover.id ? 'stored, 1 uses' : 'stored, free, 0 uses')
  })

  test.each([
    ['the sweep', async (_: string) => void (await sweepFiles(files()))],
    [
      'its uploader',
      async (id: string) => void (await write('mutation($id: ID!) { deleteFile(id: $id) }', { id })),
    ],
  ])('that %s removes while a record takes it is kept for both or gone for both', async (_, removeIt) => {
    for (let round = 0; round < rounds; round++) {
      const file = await send()
      await pool`update _files set freed_at = now() - interval '25 hours' where id = ${file}`
      const [reply] = await Promise.all([write(createFolder, { cover: file }), removeIt(file)])
      await sweepFiles(files())
      if (reply.errors) {
        expect(errorOf(reply)).toMatch(/^NOT_FOUND: cover: leads to no file/)
        expect(await stateOf(file)).toBe('gone')
      } else {
        expect(await stateOf(file)).toBe('stored, 1 uses')
        expect(await readdir(join(server.dataDir, 'files', 'demo', file))).toEqual(['a.txt'])
      }
    }
  })
})

describe('files of records that go for good', () => {
  test('go free with their records, also with those that a cascade takes and those that were dead', async () => {
    const [cover, alive, dead] = [await send(), await send(), await send()]
    const pages = { data: [{ scan: alive }, { scan: dead }] }
    const { id } = dataOf(await write(createFolder, { cover, pages })).createFolder
    const [, second] = dataOf(await write('{ pages { nodes { id scan { id } } } }', {})).pages.nodes.toSorted(
      (one: { scan: { id: string } }) => (one.scan.id === alive ? -1 : 1),
    )
    dataOf(await write('mutation($id: ID!) { deletePage(id: $id) { id } }', { id: second.id }))
    expect(await stateOf(dead)).toBe('stored, 1 uses')
    dataOf(await write('mutation($id: ID!) { deleteFolder(id: $id) { id } }', { id }))
    expect(await stateOf(cover)).toBe('stored, free, 0 uses')
    expect(await stateOf(dead)).toBe('stored, free, 0 uses')
    expect(await stateOf(alive)).toBe('stored, free, 0 uses')
  })

  test('go free with a table that is dropped', async () => {
    await importDocument({
      version: 1,
      entities: [
        {
          name: 'album',
          fields: [
            { name: 'cover', type: 'file' },
            { name: 'back', type: 'file' },
          ],
        },
      ],
    })
    const [cover, back] = [await send(), await send()]
    const query = 'mutation($c: ID!, $b: ID!) { createAlbum(input: { cover: $c, back: $b }) { id } }'
    dataOf(await write(query, { c: cover, b: back }))
    await sweepFiles(files())
    expect([await stateOf(cover), await stateOf(back)]).toEqual(['stored, 1 uses', 'stored, 1 uses'])
    dataOf(
      await server.send('admin', 'mutation { deleteEntity(name: "album", dropTable: true) { revision } }'),
    )
    await sweepFiles(files())
    expect([await stateOf(cover), await stateOf(back)]).toEqual([
      'stored, free, 0 uses',
      'stored, free, 0 uses',
    ])
  })
})

describe('definitions that change', () => {
  test('take the files of renamed tables and fields along, and let go of those of dropped ones', async () => {
    const field = (name: string) => ({ name, type: 'file' })
    await importDocument({
      version: 1,
      entities: [{ name: 'binder', fields: [field('front'), field('back')] }],
    })
    const [front, back] = [await send(), await send()]
    const query = 'mutation($f: ID!, $b: ID!) { createBinder(input: { front: $f, back: $b }) { id } }'
    const { id } = dataOf(await write(query, { f: front, b: back })).createBinder
    const admin = async (text: string) => dataOf(await server.send('admin', `mutation { ${text} }`))
    await admin('renameField(entity: "binder", name: "front", to: "cover") { revision }')
    await admin('renameEntity(name: "binder", to: "ring_binder") { revision }')
    await sweepFiles(files())
    expect([await stateOf(front), await stateOf(back)]).toEqual(['stored, 1 uses', 'stored, 1 uses'])
    const update = 'mutation($id: ID!) { updateRingBinder(id: $id, input: { cover: null }) { back { id } } }'
    expect(dataOf(await write(update, { id })).updateRingBinder).toEqual({ back: { id: back } })
    expect(await stateOf(front)).toBe('stored, free, 0 uses')
    const rest =
      'updateEntity(name: "ring_binder", input: { name: "ring_binder", fields: [{ name: "note", type: STRING }] }, dropColumns: true) { name }'
    await admin(rest)
    await sweepFiles(files())
    expect(await stateOf(back)).toBe('stored, free, 0 uses')
  })
})

describe('sample data', () => {
  test('that names a file of the app keeps it', async () => {
    const cover = await send()
    const label = 'seeded'
    await importDocument({
      version: 1,
      sample_data: { folder: [{ label, cover: { id: cover, filename: 'a.txt' } }] },
    })
    expect(await stateOf(cover)).toBe('stored, 1 uses')
  })
})

describe('a write that is rolled back', () => {
  test('leaves its files as they were', async () => {
    const [one, other] = [await send(), await send()]
    const id = await makeFolder(one)
    const query = `mutation($id: ID!, $cover: ID!, $pages: FolderPagesRelationInput) {
      updateFolder(id: $id, input: { cover: $cover, pages: $pages }) { id } }`
    const pages = { data: [{ id: '6f9619ff-8b86-4d11-b42d-00c04fc964ff' }] }
    expect(errorOf(await write(query, { id, cover: other, pages }))).toMatch(/^NOT_FOUND/)
    expect([await stateOf(one), await stateOf(other)]).toEqual(['stored, 1 uses', 'stored, free, 0 uses'])
  })
})

/** A file system of one megabyte; undefined where this user may not make one. */
async function mountSmall(folder: string): Promise<string | undefined> {
  const mount = promisify(execFile)('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder])
  return await mount.then(
    () => folder,
    () => undefined,
  )
}

describe('a storage without room', () => {
  const noRoom = 'There is no room for the file on the server; nothing was stored'

  test('refuses a file, and nothing of it stays', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'metaloom-full-'))
    const small = await mountSmall(folder)
    try {
      const spool = createSpool(join(folder, 'incoming'))
      const full = Object.assign(new Error('write failed'), { code: 'ENOSPC' })
      // Where no small file system can be made, the error that a full one gives stands for it.
      const bytes =
        small === undefined
          ? failing(full)
          : Readable.from(Array.from({ length: 40 }, () => Buffer.alloc(65_536)))
      await expect(spool.receive(bytes, 10_000_000)).rejects.toThrow(noRoom)
      expect(await readdir(join(folder, 'incoming'))).toEqual([])
      const received = await spool.receive(Readable.from([Buffer.from('x')]), 10)
      expect(received.size).toBe(1)
    } finally {
      if (small !== undefined) await promisify(execFile)('umount', [folder])
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('that fails when the file is taken over leaves a row that the sweep removes', async () => {
    const own = files()
    const storage = {
      ...own.storage,
      keep: () => Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' })),
    }
    const received = await own.spool.receive(Readable.from([Buffer.from('x')]), 10)
    const error: unknown = await keepIncoming(
      { ...own, storage },
      makeIncoming('a.txt', '', received),
      'ada',
    ).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(AppError)
    expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED', message: noRoom })
    await own.spool.drop(received)
    expect(await pool`select state from _files where uploader = 'ada'`).toEqual([{ state: 'doomed' }])
    await sweepFiles(own)
    expect(await pool`select state from _files where uploader = 'ada'`).toEqual([])
  })
})

async function* failAfter(error: Error): AsyncGenerator<Buffer> {
  yield Buffer.from('x')
  throw error
}
const failing = (error: Error) => Readable.from(failAfter(error))

test('an uploader may have so many files that no record refers to, and no more', async () => {
  await pool`insert into _files (id, filename, mime_type, size, uploader, state)
    select gen_random_uuid(), 'a', 'text/plain', 0, 'bob', 'stored' from generate_series(1, 1000)`
  const own = files()
  const received = await own.spool.receive(Readable.from([Buffer.from('x')]), 10)
  await expect(keepIncoming(own, makeIncoming('a.txt', '', received), 'bob')).rejects.toThrow(
    'You have 1000 files that no record refers to; use or delete some before you upload more',
  )
  await own.spool.drop(received)
})
