// What attackers send as files: names that climb, content that would run, forms that are broken in every way.
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { connect, type Pool } from '../../src/database/connect.ts'
import { png, sendForm, upload } from '../support/files.ts'
import { boundary, goodParts, type Part, sendRaw, writeForm } from '../support/multipart.ts'
import { dataOf, errorOf, type Server, startTestServer } from '../support/server.ts'

const isLong = process.env.METALOOM_TEST_SIZE === 'long'
const [operations, map, file] = goodParts as readonly [Part, Part, Part]

let server: Server
let pool: Pool
beforeAll(async () => {
  server = await startTestServer(undefined, { limits: { body: 20_000 } })
  pool = connect(server.appUrl, { max: 1 })
})
afterAll(async () => {
  await pool?.end()
  await server?.stop()
})
/** Whatever came, nothing may be left on its way. */
afterEach(async () => {
  const incoming = join(server.dataDir, 'files', '.incoming')
  await expect.poll(() => readdir(incoming).catch(() => [])).toEqual([])
  expect(await pool`select id from _files where state not in ('stored', 'doomed')`).toEqual([])
})

const send = (name: string, type: string, bytes: Buffer | string) =>
  upload(server.url, server.token, { name, type, bytes })
const countFiles = async () => Number((await pool`select count(*) from _files`)[0]?.count)

describe('a name', () => {
  test.each([
    ['../../etc/passwd', 'passwd'],
    ['..\\..\\windows\\system.ini', 'system.ini'],
    ['/etc/passwd', 'passwd'],
    ['C:\\boot.ini', 'boot.ini'],
    ['..', 'file'],
    ['.', 'file'],
    ['.htaccess', 'htaccess'],
    ['...', 'file'],
    ['a/', 'file'],
    ['a\0.png', 'a.png'],
    ['a\r\nX-Evil: 1.txt', 'a%0D%0AX-Evil_ 1.txt'],
    ['<img src=x onerror=alert(1)>.png', '_img src=x onerror=alert(1)_.png'],
    ['gpj.\u202eexe.txt', 'gpj.exe.txt'],
    ['con', 'con'],
    ['x'.repeat(300), 'x'.repeat(180)],
    [`${'ü'.repeat(300)}.jpeg`, `${'ü'.repeat(87)}.jpeg`],
    ['%2e%2e%2fpasswd', '%2e%2e%2fpasswd'],
    ['日本語 名前.txt', '日本語 名前.txt'],
    ['"quoted";name.txt', '_quoted_;name.txt'],
  ])('such as %j becomes a plain one', async (given, expected) => {
    // Written by hand, because clients make some of these names safe themselves.
    const head = `Content-Disposition: form-data; name="0"; filename="${given.replace(/["\\]/g, '\\$&')}"`
    const isPlain = !/[\0\r\n]/.test(given)
    const uploaded = isPlain
      ? dataOf(await sendRaw(server, writeForm([operations, map, { head, body: 'x' }]))).uploadFile
      : dataOf(await send(given, 'text/plain', 'x')).uploadFile
    const [row] = await pool`select filename from _files where id = ${uploaded.id}`
    const kept = await readdir(join(server.dataDir, 'files', 'demo', uploaded.id))
    expect([uploaded.filename, row?.filename, kept]).toEqual([expected, expected, [expected]])
  })
})

/** What a browser is told of a file. */
async function readHeaders(uploaded: { id: string }): Promise<Record<string, string | null>> {
  const query = 'query($id: ID!) { file(id: $id) { url } }'
  const { url } = dataOf(await server.send('data', query, { id: uploaded.id })).file
  const reply = await fetch(server.url + url)
  await reply.arrayBuffer()
  const names = ['content-type', 'content-disposition', 'content-security-policy', 'x-content-type-options']
  return Object.fromEntries(names.map((name) => [name, reply.headers.get(name)]))
}

const html = '<!doctype html><script>alert(document.domain)</script>'
const svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'

describe('content that would run', () => {
  test.each([
    ['a page', 'a.html', 'text/html', html, 'text/html', 'attachment'],
    ['a page that says it is an image', 'a.png', 'image/png', html, 'text/plain', 'inline'],
    ['a page that says it is a PDF', 'a.pdf', 'application/pdf', html, 'text/plain', 'inline'],
    [
      'a page behind the first bytes of a GIF',
      'a.gif',
      'text/html',
      `GIF89a=1;/*${html}`,
      'image/gif',
      'inline',
    ],
    [
      'a page behind the first bytes of a PDF',
      'a.html',
      'text/html',
      `%PDF-1.4\n${html}`,
      'application/pdf',
      'inline',
    ],
    [
      'a page in UTF-16',
      'a.html',
      'text/html',
      Buffer.from(`\ufeff${html}`, 'utf16le'),
      'audio/mpeg',
      'inline',
    ],
    [
      'a page in UTF-7',
      'a.html',
      'text/plain',
      '+ADw-script+AD4-alert(1)+ADw-/script+AD4-',
      'text/plain',
      'inline',
    ],
    ['an image of SVG', 'a.svg', 'image/svg+xml', svg, 'image/svg+xml', 'attachment'],
    ['an image of SVG as a PNG', 'a.png', 'image/png', svg, 'text/plain', 'inline'],
    [
      'an image of SVG with an XML head',
      'a.svg',
      'image/svg+xml',
      `<?xml version="1.0"?>${svg}`,
      'image/svg+xml',
      'attachment',
    ],
    ['SVG that has no svg in it', 'a.svg', 'image/svg+xml', html, 'text/plain', 'inline'],
    [
      'a page of XHTML',
      'a.xhtml',
      'application/xhtml+xml',
      `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>`,
      'application/xml',
      'attachment',
    ],
    ['a script', 'a.js', 'text/javascript', 'alert(1)', 'text/javascript', 'attachment'],
    [
      'a program',
      'a.png',
      'image/png',
      Buffer.concat([Buffer.from('MZ'), randomBytes(200)]),
      'application/x-msdownload',
      'attachment',
    ],
    [
      'Flash',
      'a.jpg',
      'image/jpeg',
      Buffer.from('FWS\x0a\0\0\0\0'),
      'application/x-shockwave-flash',
      'attachment',
    ],
    ['an archive', 'a.txt', 'text/plain', Buffer.from('PK\x03\x04\0\0\0\0'), 'application/zip', 'attachment'],
    ['a type with a parameter', 'a.txt', 'text/html; charset=utf-7', 'x', 'text/html', 'attachment'],
    ['a type that is no type', 'a.txt', 'text/html\u00a0<script>', 'x', 'text/plain', 'inline'],
    ['nothing', 'a.html', 'text/html', '', 'text/html', 'attachment'],
    ['an image', 'a.html', 'text/html', png, 'image/png', 'inline'],
  ])('such as %s does not', async (_, name, type, bytes, mimeType, disposition) => {
    const head = `Content-Disposition: form-data; name="0"; filename="${name}"\r\nContent-Type: ${type}`
    const [before = '', after = ''] = writeForm([operations, map, { head, body: '\u0001' }]).split('\u0001')
    const body = Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)])
    const { uploadFile } = dataOf(await sendRaw(server, body))
    expect(uploadFile.mimeType).toBe(mimeType)
    const headers = await readHeaders(uploadFile)
    expect(headers).toEqual({
      'content-type': mimeType === 'text/plain' ? 'text/plain; charset=utf-8' : mimeType,
      'content-disposition': expect.stringMatching(new RegExp(`^${disposition}; filename=`)),
      'content-security-policy': expect.stringMatching(/^default-src 'none'; /),
      'x-content-type-options': 'nosniff',
    })
    expect(headers['content-security-policy']?.endsWith('; sandbox')).toBe(mimeType !== 'application/pdf')
  })
})

const wrong = (problem: string) =>
  `BAD_USER_INPUT: The multipart body ${problem}; see the GraphQL multipart request specification`

describe('a form', () => {
  const good = writeForm(goodParts)
  const withMap = (body: string): string => writeForm([operations, { name: 'map', body }, file])
  const withOperations = (body: string): string => writeForm([{ name: 'operations', body }, map, file])
  const to = (path: string) =>
    wrong(`has a map to ${JSON.stringify(path)}, where the operations have no null`)

  test('that is right is taken', async () => {
    expect(dataOf(await sendRaw(server, good)).uploadFile).toMatchObject({ filename: 'a.txt', size: 5 })
  })

  test.each<[string, string, string | RegExp]>([
    ['nothing in it', '', /^BAD_USER_INPUT/],
    ['only its end', writeForm([]), /^BAD_USER_INPUT/],
    ['another boundary', good.replaceAll(boundary, 'other'), /^BAD_USER_INPUT/],
    ['no end', writeForm(goodParts, ''), /^BAD_USER_INPUT/],
    ['an end within a file', good.slice(0, -40), /^BAD_USER_INPUT/],
    ['an end within a header', good.slice(0, good.indexOf('filename=')), /^BAD_USER_INPUT/],
    ['an end within operations', good.slice(0, 150), /^BAD_USER_INPUT/],
    ['binary noise', randomBytes(5_000).toString('latin1'), /^BAD_USER_INPUT/],
    ['no operations', writeForm([map, file]), wrong('has no operations')],
    ['no map', writeForm([operations]), wrong('has no map')],
    [
      'a file before the map',
      writeForm([operations, file, map]),
      wrong('has a file before operations and map'),
    ],
    ['operations that are no JSON', withOperations('{'), wrong('has operations that are no JSON')],
    [
      'operations in a batch',
      withOperations('[{}]'),
      wrong('has operations that are no JSON object; requests in a batch are not taken'),
    ],
    ['operations that are null', withOperations('null'), /^BAD_USER_INPUT/],
    ['operations without a query', withOperations('{"variables":{"file":null}}'), /^BAD_USER_INPUT/],
    [
      'operations with a query of the wrong type',
      withOperations('{"query":{},"variables":{"file":null}}'),
      /^BAD_USER_INPUT/,
    ],
    [
      'operations whose query is broken',
      withOperations('{"query":"{","variables":{"file":null}}'),
      /^GRAPHQL_PARSE_FAILED/,
    ],
    [
      'operations with keys of their own',
      withOperations('{"query":"{ viewer { id } }","x":1,"variables":{"file":null}}'),
      /^BAD_USER_INPUT/,
    ],
    ['operations twice', writeForm([operations, operations, map, file]), /^BAD_USER_INPUT/],
    [
      'operations that are deep',
      withOperations(`${'{"a":'.repeat(300)}1${'}'.repeat(300)}`),
      'LIMIT_EXCEEDED: The request nests values more than 200 levels deep',
    ],
    [
      'operations that are long',
      withOperations(`{"query":"${'x'.repeat(21_000)}"}`),
      'LIMIT_EXCEEDED: The texts of a request may have at most 20000 bytes',
    ],
    [
      'a map that is no JSON',
      withMap('x'),
      wrong('has map that are no JSON').replace('map that are', 'map that are'),
    ],
    ['a map that is a list', withMap('[]'), /^BAD_USER_INPUT/],
    [
      'a map to no list',
      withMap('{"0":"variables.file"}'),
      wrong('has a map in which "0" is no list of paths'),
    ],
    ['a map to a number', withMap('{"0":[1]}'), wrong('has a map in which "0" is no list of paths')],
    [
      'a map to many places',
      withMap(`{"0":[${'"variables.file",'.repeat(101)}"x"]}`),
      wrong('has a map in which "0" is no list of paths'),
    ],
    ['a map to nowhere', withMap('{"0":["variables.other"]}'), to('variables.other')],
    ['a map to nothing', withMap('{"0":[""]}'), to('')],
    ['a map to the query', withMap('{"0":["query"]}'), to('query')],
    ['a map into the query', withMap('{"0":["query.0"]}'), to('query.0')],
    ['a map into the prototype', withMap('{"0":["__proto__.polluted"]}'), to('__proto__.polluted')],
    [
      'a map into the constructor',
      withMap('{"0":["variables.constructor.prototype.polluted"]}'),
      to('variables.constructor.prototype.polluted'),
    ],
    ['a map into an inherited function', withMap('{"0":["hasOwnProperty.call"]}'), to('hasOwnProperty.call')],
    [
      'a map to the same place twice',
      withMap('{"0":["variables.file","variables.file"]}'),
      to('variables.file'),
    ],
    [
      'a map of more files than come',
      withMap('{"0":["variables.file"],"1":["variables.file"]}'),
      wrong('lacks the file "1"'),
    ],
    ['a map of no files', withMap('{}'), wrong('has a file "0" that the map does not name')],
    [
      'a map of too many files',
      withMap(`{${Array.from({ length: 6 }, (_, index) => `"${index}":[]`).join()}}`),
      'LIMIT_EXCEEDED: A request may have at most 5 files',
    ],
    [
      'a file that the map does not name',
      writeForm([...goodParts, { ...file, name: 'x' }]),
      wrong('has a file "x" that the map does not name'),
    ],
    ['the same file twice', writeForm([...goodParts, file]), wrong('has the file "0" twice')],
    [
      'too many files',
      writeForm([
        operations,
        { name: 'map', body: '{"0":[],"1":[],"2":[],"3":[],"4":[]}' },
        ...Array.from({ length: 6 }, (_, index) => ({ ...file, name: `${index}` })),
      ]),
      'LIMIT_EXCEEDED: A request may have at most 5 files',
    ],
    ['a text of its own', writeForm([operations, map, { name: 'csrf', body: 'x' }, file]), /^BAD_USER_INPUT/],
    [
      'a part without a name',
      writeForm([operations, map, { filename: 'a.txt', body: 'x' }]),
      /^BAD_USER_INPUT/,
    ],
    [
      'a part without a disposition',
      writeForm([operations, map, { head: 'X-Y: z', body: 'x' }]),
      /^BAD_USER_INPUT/,
    ],
    [
      'a part with a head of 100 KB',
      writeForm([operations, map, { head: `X: ${'y'.repeat(100_000)}`, body: 'x' }]),
      /^(BAD_USER_INPUT|LIMIT_EXCEEDED)/,
    ],
    [
      'a file where no file is wanted',
      writeForm([
        { ...operations, body: '{"query":"query($x: ID!) { file(id: $x) { id } }","variables":{"x":null}}' },
        { name: 'map', body: '{"0":["variables.x"]}' },
        file,
      ]),
      /^BAD_USER_INPUT/,
    ],
  ])('with %s is refused', async (_, body, error) => {
    const before = await countFiles()
    const reply = await sendRaw(server, body)
    expect(reply.status).toBeLessThan(500)
    if (typeof error === 'string') expect(errorOf(reply)).toBe(error)
    else expect(errorOf(reply)).toMatch(error)
    expect(await countFiles()).toBe(before)
    expect(Object.keys(Object.prototype.hasOwnProperty)).toEqual([])
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  test.each([
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary="',
    `multipart/form-data; boundary=${'x'.repeat(5_000)}`,
    'multipart/form-data; charset=utf-16; boundary=x',
    'Multipart/Form-Data; Boundary=other',
  ])('of the type %.60s is refused', async (type) => {
    const reply = await sendRaw(server, good, { 'content-type': type })
    expect([reply.status, errorOf(reply)]).toEqual([
      400,
      expect.stringMatching(/^BAD_USER_INPUT: The multipart body/),
    ])
  })

  test('that is changed at random never breaks the server', async () => {
    const rounds = isLong ? 2_000 : 80
    for (let round = 0; round < rounds; round++) {
      const bytes = Buffer.from(good)
      for (let change = 0; change < 1 + (round % 4); change++)
        bytes.writeUInt8(randomBytes(1).readUInt8(), Math.floor(Math.random() * bytes.length))
      const cut = round % 5 === 0 ? bytes.subarray(0, Math.floor(Math.random() * bytes.length)) : bytes
      const reply = await sendRaw(server, cut)
      expect(reply.status, cut.toString('latin1')).toBeLessThan(500)
      expect(errorOf(reply), cut.toString('latin1')).not.toMatch(/INTERNAL/)
    }
  })

  test('may bring its files in another order than they are used', async () => {
    const form = new FormData()
    const query =
      'mutation($a: Upload!, $b: Upload!) { b: uploadFile(file: $b) { size } a: uploadFile(file: $a) { size } }'
    form.append('operations', JSON.stringify({ query, variables: { a: null, b: null } }))
    form.append('map', JSON.stringify({ 0: ['variables.a'], 1: ['variables.b'] }))
    form.append('0', new Blob([new Uint8Array(500_000)]), 'a.bin')
    form.append('1', new Blob([new Uint8Array(400_000)]), 'b.bin')
    expect(dataOf(await sendForm(server.url, server.token, form))).toEqual({
      a: { size: 500_000 },
      b: { size: 400_000 },
    })
  })

  test('that puts one file in two places has it kept once', async () => {
    const query =
      'mutation($a: Upload!, $b: Upload!) { a: uploadFile(file: $a) { size } b: uploadFile(file: $b) { size } }'
    const form = writeForm([
      { name: 'operations', body: JSON.stringify({ query, variables: { a: null, b: null } }) },
      { name: 'map', body: '{"0":["variables.a","variables.b"]}' },
      file,
    ])
    const reply = await sendRaw(server, form)
    expect(errorOf(reply)).toBe('BAD_USER_INPUT: The same file cannot be uploaded a second time')
  })

  test('whose mutation fails after its file came leaves only the file', async () => {
    const query = 'mutation($file: Upload!) { uploadFile(file: $file) { id } deleteFile(id: "nonsense") }'
    const reply = await upload(
      server.url,
      server.token,
      { name: 'a.png', type: 'image/png', bytes: png },
      query,
    )
    expect(errorOf(reply)).toBe('NOT_FOUND: There is no file with the id "nonsense"')
    const before = await countFiles()
    const invalid = 'mutation($file: Upload!) { uploadFile(file: $file) { secret } }'
    expect(
      errorOf(
        await upload(server.url, server.token, { name: 'a.png', type: 'image/png', bytes: png }, invalid),
      ),
    ).toMatch(/^GRAPHQL_VALIDATION_FAILED/)
    expect(await countFiles()).toBe(before)
  })

  test('with a file that is too large is refused, announced or not', async () => {
    const large = 'x'.repeat(10_485_761)
    const error = 'LIMIT_EXCEEDED: A file may have at most 10485760 bytes here'
    const reply = await sendRaw(server, writeForm([operations, map, { ...file, body: large }]))
    expect([reply.status, errorOf(reply)]).toEqual([413, error])
    const announced = await sendRaw(server, good, { 'content-length': '999999999' }).catch(String)
    expect(announced).toMatchObject({ status: 413 })
  })

  test('literals and texts are no files', async () => {
    const problem =
      /^(BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED): .*must be a file that comes with the request/
    expect(errorOf(await server.send('data', 'mutation { uploadFile(file: "x") { id } }'))).toMatch(problem)
    const query = 'mutation($file: Upload!) { uploadFile(file: $file) { id } }'
    for (const value of ['x', {}, { received: { path: '/etc/passwd', size: 1 } }, { promise: {} }])
      expect(errorOf(await server.send('data', query, { file: value }))).toMatch(problem)
  })
})

describe('a client', () => {
  const open = (token: string | undefined, length: number) =>
    request(server.address('data'), {
      method: 'POST',
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        'content-type': `multipart/form-data; boundary=${boundary}`,
        'content-length': String(length),
      },
    })

  test.each([
    ['without a token', undefined, 401],
    ['with a bad token', 'nonsense', 401],
  ])('%s is refused before the body', async (_, token, status) => {
    const sent = open(token, 20_000_000)
    sent.on('error', () => undefined)
    sent.write(writeForm(goodParts, '').slice(0, 100))
    const found = await new Promise<number | undefined>((resolve) =>
      sent.on('response', (reply) => resolve(reply.resume().statusCode)),
    )
    expect(found).toBe(status)
    sent.destroy()
  })

  test('that goes away in the midst of a file leaves nothing behind', async () => {
    const before = await countFiles()
    const incoming = join(server.dataDir, 'files', '.incoming')
    const sent = open(server.token, 5_000_000)
    sent.on('error', () => undefined)
    sent.write(writeForm(goodParts, '').slice(0, -2) + 'x'.repeat(500_000))
    await expect.poll(() => readdir(incoming).then((names) => names.length)).toBe(1)
    sent.destroy()
    await expect.poll(() => readdir(incoming)).toEqual([])
    expect(await countFiles()).toBe(before)
  })
})
