// Files for tests: a place for them, and ways to send them as clients do.
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pool } from '../../src/database/connect.ts'
import type { Files } from '../../src/files/files.ts'
import { createLocalDisk } from '../../src/files/local-disk.ts'
import { createSpool } from '../../src/files/spool.ts'
import type { GraphQLReply } from './server.ts'

/** The files of an app named demo, in a folder; nothing is made there before the first file comes. */
export function makeFiles(pool: Pool, base = join(tmpdir(), 'metaloom-no-files')): Files {
  return {
    app: 'demo',
    pool,
    storage: createLocalDisk(base),
    spool: createSpool(join(base, '.incoming')),
    limits: { maxSize: 10_485_760, maxFiles: 5 },
    linkKey: Buffer.alloc(32, 7),
    publicUrl: '',
  }
}

/** A PNG image of one pixel. */
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

/** A file to send. */
export type Sent = Readonly<{ name: string; type: string; bytes: Buffer | string }>

const uploadFile =
  'mutation($file: Upload!) { uploadFile(file: $file) { id filename mimeType size checksum url } }'

/** Sends one file with a mutation of the variable `file`, by the multipart request specification. */
export async function upload(
  url: string,
  token: string | null,
  sent: Sent,
  query = uploadFile,
): Promise<GraphQLReply> {
  const form = new FormData()
  form.append('operations', JSON.stringify({ query, variables: { file: null } }))
  form.append('map', JSON.stringify({ 0: ['variables.file'] }))
  form.append('0', new Blob([new Uint8Array(Buffer.from(sent.bytes))], { type: sent.type }), sent.name)
  return await sendForm(url, token, form)
}

/** Sends a form to the data API. */
export async function sendForm(url: string, token: string | null, form: FormData): Promise<GraphQLReply> {
  const reply = await fetch(`${url}/api/demo/graphql`, {
    method: 'POST',
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    body: form,
  })
  return { status: reply.status, ...((await reply.json()) as object) }
}
