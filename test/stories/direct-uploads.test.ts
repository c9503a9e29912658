// Large files go past GraphQL: an address for one PUT, on the local disk and in S3, and a look at what came.
import { createHash, randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type Pool } from '../../src/database/connect.ts'
import { png } from '../support/files.ts'
import { type S3Server, startS3 } from '../support/s3.ts'
import { dataOf, errorOf, type Server, startTestServer } from '../support/server.ts'

type Ticket = Readonly<{ id: string; url: string; headers: readonly { name: string; value: string }[] }>
type Place = Readonly<{ server: Server; pool: Pool }>

let s3: S3Server
const places = new Map<string, Place>()

beforeAll(async () => {
  s3 = await startS3()
  const disk = await startTestServer()
  const files = {
    path: join(disk.dataDir, 'unused'),
    limits: { maxSize: 5_000_000, maxFiles: 5 },
    publicUrl: '',
  }
  const bucket = await startTestServer(undefined, {
    files: { ...files, limitsOfApps: new Map(), sweepEvery: 600_000, s3: s3.settings },
  })
  places.set('the local disk', { server: disk, pool: connect(disk.appUrl, { max: 1 }) })
  places.set('S3', { server: bucket, pool: connect(bucket.appUrl, { max: 1 }) })
})
afterAll(async () => {
  for (const { server, pool } of places.values()) {
    await pool.end()
    await server.stop()
  }
  await s3?.stop()
})

const createUpload =
  'mutation($name: String!, $size: Float!, $type: String) { createUpload(filename: $name, size: $size, mimeType: $type) { id url headers { name value } expiresAt } }'
const completeUpload =
  'mutation($id: ID!) { completeUpload(id: $id) { id filename mimeType size checksum url } }'

describe.each(['the local disk', 'S3'])('with %s', (name) => {
  const at = (): Place => {
    const place = places.get(name)
    if (place === undefined) throw new Error(`${name} was not opened`)
    return place
  }
  const open = async (size: number, filename = 'big file.bin', type?: string): Promise<Ticket> =>
    dataOf(await at().server.send('data', createUpload, { name: filename, size, type })).createUpload
  const put = async ({ url }: Ticket, bytes: Buffer): Promise<number> => {
    const reply = await fetch(new URL(url, at().server.url), { method: 'PUT', body: new Uint8Array(bytes) })
    await reply.text()
    return reply.status
  }
  const complete = ({ id }: Ticket) => at().server.send('data', completeUpload, { id })

  test('a file is sent to a signed address, looked at and kept', async () => {
    const bytes = randomBytes(2_000_000)
    const ticket = await open(bytes.length)
    expect(ticket.headers).toEqual([{ name: 'content-length', value: '2000000' }])
    expect(await put(ticket, bytes)).toBe(200)
    const file = dataOf(await complete(ticket)).completeUpload
    expect(file).toMatchObject({
      id: ticket.id,
      filename: 'big file.bin',
      mimeType: 'application/octet-stream',
      size: bytes.length,
      checksum: createHash('sha256').update(bytes).digest('hex'),
    })
    const reply = await fetch(at().server.url + file.url)
    expect(Buffer.from(await reply.arrayBuffer()).equals(bytes)).toBe(true)
    const part = await fetch(at().server.url + file.url, { headers: { range: 'bytes=1000-1999' } })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 1000-1999/2000000'])
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(1_000, 2_000))).toBe(true)
  })

  test('what comes by GraphQL is kept byte by byte too', async () => {
    const bytes = randomBytes(1_500_000)
    const form = new FormData()
    const query = 'mutation($file: Upload!) { uploadFile(file: $file) { url } }'
    form.append('operations', JSON.stringify({ query, variables: { file: null } }))
    form.append('map', '{"0":["variables.file"]}')
    form.append('0', new Blob([new Uint8Array(bytes)]), 'a.bin')
    const { server } = at()
    const headers = { authorization: `Bearer ${server.token}` }
    const sent = await fetch(server.address('data'), { method: 'POST', headers, body: form })
    const { data } = (await sent.json()) as { data: { uploadFile: { url: string } } }
    const back = await fetch(server.url + data.uploadFile.url)
    expect(Buffer.from(await back.arrayBuffer()).equals(bytes)).toBe(true)
  })

  test('the type is told from the bytes, whatever was announced', async () => {
    const ticket = await open(png.length, 'page.html', 'text/html')
    await put(ticket, png)
    expect(dataOf(await complete(ticket)).completeUpload).toMatchObject({ mimeType: 'image/png' })
  })

  test('a file counts once, and what comes to its address later changes nothing', async () => {
    const ticket = await open(3)
    await put(ticket, Buffer.from('one'))
    const replies = await Promise.all([complete(ticket), complete(ticket), complete(ticket)])
    expect(replies.map(errorOf).filter((error) => error !== 'no error')).toEqual([
      `NOT_FOUND: There is no file with the id "${ticket.id}" that waits for its bytes`,
      `NOT_FOUND: There is no file with the id "${ticket.id}" that waits for its bytes`,
    ])
    await put(ticket, Buffer.from('two'))
    const { url } = dataOf(
      await at().server.send('data', 'query($id: ID!) { file(id: $id) { url } }', { id: ticket.id }),
    ).file
    expect(await (await fetch(at().server.url + url)).text()).toBe('one')
  })

  test('bytes that were not announced do not come, and can still be sent right', async () => {
    const ticket = await open(3)
    expect(errorOf(await complete(ticket))).toBe(
      'NOT_FOUND: No bytes have come for this file yet; send them first',
    )
    expect(await put(ticket, Buffer.from('four'))).toBeGreaterThanOrEqual(400)
    expect(errorOf(await complete(ticket))).toMatch(/^NOT_FOUND: No bytes have come/)
    expect(await put(ticket, Buffer.from('abc'))).toBe(200)
    expect(dataOf(await complete(ticket)).completeUpload).toMatchObject({ size: 3 })
  })

  test('an address that was changed takes nothing', async () => {
    const ticket = await open(3)
    for (const url of [ticket.url.replace(/.$/, 'x'), ticket.url.replace(ticket.id, crypto.randomUUID())])
      expect(await put({ ...ticket, url: url === ticket.url ? `${url}y` : url }, Buffer.from('abc'))).toBe(
        403,
      )
  })

  test('only who announced a file can complete it', async () => {
    const ticket = await open(3)
    await put(ticket, Buffer.from('abc'))
    await at().pool`update _files set uploader = 'somebody' where id = ${ticket.id}`
    expect(errorOf(await complete(ticket))).toMatch(/^NOT_FOUND: There is no file with the id/)
    const nonsense = { ...ticket, id: 'nonsense' }
    expect(errorOf(await complete(nonsense))).toMatch(/^NOT_FOUND: There is no file with the id "nonsense"/)
  })

  test.each([
    [-1, 'BAD_USER_INPUT: size must be a whole number of bytes, found -1'],
    [1.5, 'BAD_USER_INPUT: size must be a whole number of bytes, found 1.5'],
    [1e12, /^LIMIT_EXCEEDED: A file may have at most \d+ bytes here$/],
  ])('the size %d is refused', async (size, error) => {
    const reply = await at().server.send('data', createUpload, { name: 'a', size })
    if (typeof error === 'string') expect(errorOf(reply)).toBe(error)
    else expect(errorOf(reply)).toMatch(error)
  })
})

test('a PUT that breaks off leaves nothing behind', async () => {
  const { server } = places.get('the local disk') ?? { server: undefined }
  if (server === undefined) throw new Error('The local disk was not opened')
  const ticket = dataOf(
    await server.send('data', createUpload, { name: 'a.bin', size: 1_000_000 }),
  ).createUpload
  const incoming = join(server.dataDir, 'files', '.incoming')
  const sent = request(new URL(ticket.url, server.url), {
    method: 'PUT',
    headers: { 'content-length': '1000000' },
  })
  sent.on('error', () => undefined)
  sent.write(Buffer.alloc(300_000))
  await expect
    .poll(() =>
      readdir(incoming).then(
        (names) => names.length,
        () => 0,
      ),
    )
    .toBe(1)
  sent.destroy()
  await expect.poll(() => readdir(incoming).then((names) => names.length)).toBe(0)
  expect(errorOf(await server.send('data', completeUpload, { id: ticket.id }))).toMatch(
    /^NOT_FOUND: No bytes/,
  )
})
