// Every place for bytes does the same: the local disk, and S3 as a real server speaks it.
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLocalDisk } from '../../src/files/local-disk.ts'
import { createS3 } from '../../src/files/s3.ts'
import { createSpool, type Spool } from '../../src/files/spool.ts'
import { nameKey, type Storage } from '../../src/files/storage.ts'
import { type S3Server, startS3 } from '../support/s3.ts'

let base: string
let spool: Spool
let s3: S3Server
const places = new Map<string, Storage>()

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'metaloom-storage-'))
  spool = createSpool(join(base, '.incoming'))
  s3 = await startS3()
  places.set('the local disk', createLocalDisk(base))
  places.set('S3', createS3(s3.settings))
})
afterAll(async () => {
  await s3?.stop()
  await rm(base, { recursive: true, force: true })
})

const receive = (bytes: Buffer) => spool.receive(Readable.from([bytes]), bytes.length)

async function read(storage: Storage, key: string, start?: number, end = 0): Promise<Buffer | undefined> {
  const stream = await storage.open(key, start === undefined ? undefined : { start, end })
  return stream && (await buffer(stream))
}

describe.each(['the local disk', 'S3'])('%s', (name) => {
  const place = (): Storage => {
    const storage = places.get(name)
    if (storage === undefined) throw new Error(`${name} was not opened`)
    return storage
  }

  test.each([0, 1, 70_000, 3_000_000])('gives %i bytes back as they came', async (size) => {
    const bytes = randomBytes(size)
    const key = nameKey('demo', `id${size}`, 'a.bin')
    const spooled = await receive(bytes)
    expect(spooled.checksum).toBe(createHash('sha256').update(bytes).digest('hex'))
    await place().keep(key, spooled)
    expect(await place().measure(key)).toBe(size)
    expect((await read(place(), key))?.equals(bytes)).toBe(true)
    expect(await readdir(join(base, '.incoming'))).toEqual([])
  })

  test('loses all files of an app that is gone, some at a time, and no others', async () => {
    const names = ['a.txt', 'ä & <b>.txt', "it's + 100%.txt", '.upload']
    for (const [id, filename] of names.entries())
      await place().keep(nameKey('gone', `id${id}`, filename), await receive(Buffer.from(filename)))
    await place().keep('gone_too/id/a.txt', await receive(Buffer.from('other')))
    expect(await place().clear('gone', 2)).toBe(false)
    expect(await place().clear('gone', 2_000)).toBe(true)
    for (const [id, filename] of names.entries())
      expect(await place().measure(nameKey('gone', `id${id}`, filename))).toBeUndefined()
    expect(await place().measure('gone_too/id/a.txt')).toBe(5)
    expect(await place().clear('never', 1)).toBe(true)
  })

  test('gives a part of the bytes', async () => {
    await place().keep('demo/part/a.txt', await receive(Buffer.from('0123456789')))
    expect(String(await read(place(), 'demo/part/a.txt', 2, 4))).toBe('234')
    expect(String(await read(place(), 'demo/part/a.txt', 9, 9))).toBe('9')
  })

  test.each([
    'two words.txt',
    'ünïcødé 日本.txt',
    'a+b&c=d#e%20f.txt',
    "it's (1)!.txt",
    '~tilde$.txt',
    '%2e%2e',
  ])('takes the name %s', async (filename) => {
    const [staging, key] = ['demo/names/.upload', nameKey('demo', 'names', filename)]
    await place().keep(staging, await receive(Buffer.from('bytes')))
    await place().move(staging, key)
    expect(await read(place(), staging)).toBeUndefined()
    expect(String(await read(place(), key))).toBe('bytes')
    await place().keep(key, await receive(Buffer.from('other')))
    expect(String(await read(place(), key))).toBe('other')
    await place().remove([key])
    expect(await place().measure(key)).toBeUndefined()
  })

  test('knows nothing of what is not there, and removes it all the same', async () => {
    expect(await place().measure('demo/none/a.txt')).toBeUndefined()
    expect(await place().open('demo/none/a.txt')).toBeUndefined()
    await place().remove(['demo/none/a.txt', 'demo/none/b.txt'])
  })
})

describe('the local disk', () => {
  test.each([
    '../../etc/passwd',
    'demo/../../etc',
    'demo/id/..',
    'demo/id/a/b',
    'demo//a',
    'demo/id/a\\..\\b',
    'demo/id/a\0b',
    '/etc/passwd',
    'demo/id/',
    'a/b',
  ])('refuses the key %j', async (key) => {
    const storage = createLocalDisk(base)
    await expect(storage.measure(key)).rejects.toThrow(`${JSON.stringify(key)} is no key of a file`)
    await expect(storage.remove([key])).rejects.toThrow('is no key of a file')
  })

  test('leaves no folder behind', async () => {
    const storage = createLocalDisk(base)
    await storage.keep('demo/gone/a.txt', await receive(Buffer.from('x')))
    await storage.remove(['demo/gone/.upload', 'demo/gone/a.txt'])
    expect(await readdir(join(base, 'demo'))).not.toContain('gone')
  })
})

describe('S3', () => {
  test('takes bytes at a signed address, exactly as many as were announced', async () => {
    const storage = createS3(s3.settings)
    const bytes = randomBytes(100_000)
    const target = await storage.signPut?.('demo/put/.upload', bytes.length, 60)
    const put = (body: Buffer) =>
      fetch(target?.url ?? '', { method: 'PUT', body: new Uint8Array(body) }).then(({ status }) => status)
    expect(target?.headers).toEqual({ 'content-length': '100000' })
    expect(await put(bytes)).toBe(200)
    expect((await read(storage, 'demo/put/.upload'))?.equals(bytes)).toBe(true)
    expect(await put(randomBytes(100_001))).toBe(403)
    expect((await read(storage, 'demo/put/.upload'))?.equals(bytes)).toBe(true)
  })

  test('says what went wrong when it refuses', async () => {
    const storage = createS3({ ...s3.settings, secretAccessKey: 'wrong' })
    await expect(storage.measure('demo/x/a.txt')).rejects.toThrow(
      /^The storage could not measure demo\/x\/a.txt: 403/,
    )
    const spooled = await receive(Buffer.from('x'))
    await expect(storage.keep('demo/x/a.txt', spooled)).rejects.toThrow(
      /could not keep demo\/x\/a.txt: 403 .*SignatureDoesNotMatch/s,
    )
    await spool.drop(spooled)
    const silent = createS3({ ...s3.settings, endpoint: 'http://127.0.0.1:1' })
    await expect(silent.measure('demo/x/a.txt')).rejects.toThrow('ECONNREFUSED')
  })
})
