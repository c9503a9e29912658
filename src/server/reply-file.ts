// Answers for the bytes of a file: whole or a part, or that the client has them already; never as something that could run.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { create as writeDisposition } from 'content-disposition'
import fresh from 'fresh'
import { fail } from '../errors.ts'
import { mayShow } from '../files/content-type.ts'
import type { StoredFile } from '../files/file-rows.ts'
import type { ByteRange, Storage } from '../files/storage.ts'
import { addVary } from './reply.ts'

/** What is sent, and how long browsers may keep it; `key` is where its bytes are. */
export type FileReply = Readonly<{
  file: StoredFile
  key: string
  cacheControl: string
  asAttachment: boolean
}>

/** Sends the file, or the range that was asked for. */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  storage: Storage,
  reply: FileReply,
): Promise<void> {
  const { file, key } = reply
  const etag = `"${file.checksum}"`
  for (const [name, value] of Object.entries(writeHeaders(reply, etag))) response.setHeader(name, value)
  response.removeHeader('x-frame-options')
  addVary(response, 'authorization, x-metaloom-roles')
  if (fresh(request.headers, { etag })) return void response.writeHead(304).end()
  const range = findRange(request, file.size, etag)
  if (range === 'outside') {
    response.writeHead(416, { 'content-range': `bytes */${file.size}`, 'content-length': 0 }).end()
    return
  }
  const length = range ? range.end - range.start + 1 : file.size
  response.statusCode = range ? 206 : 200
  response.setHeader('content-length', length)
  if (range) response.setHeader('content-range', `bytes ${range.start}-${range.end}/${file.size}`)
  if (request.method === 'HEAD' || length === 0) return void response.end()
  const bytes = await storage.open(key, range)
  if (bytes === undefined) throw fail('NOT_FOUND', 'The bytes of this file are gone')
  await pipeline(bytes, response).catch((error: unknown) => {
    if (!response.destroyed) throw error
  })
}

function writeHeaders({ file, cacheControl, asAttachment }: FileReply, etag: string): Record<string, string> {
  const isShown = mayShow(file.mimeType) && !asAttachment
  return {
    'accept-ranges': 'bytes',
    'cache-control': cacheControl,
    'content-disposition': writeDisposition(file.filename, { type: isShown ? 'inline' : 'attachment' }),
    'content-security-policy': writePolicy(file.mimeType, isShown),
    'content-type': file.mimeType === 'text/plain' ? 'text/plain; charset=utf-8' : file.mimeType,
    etag,
  }
}

/** Nothing runs and nothing is fetched; browsers do not show a PDF in a sandbox, but run their viewer apart from the site. */
function writePolicy(type: string, isShown: boolean): string {
  const base =
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'; form-action 'none'"
  return isShown && type === 'application/pdf' ? base : `${base}; sandbox`
}

/** One range is served; several, or what is no range of bytes, get the whole file. */
function findRange(request: IncomingMessage, size: number, etag: string): ByteRange | 'outside' | undefined {
  const { range = '', 'if-range': onlyIf } = request.headers
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range.replaceAll(' ', '')) ?? []
  if (first + last === '' || (onlyIf !== undefined && onlyIf !== etag)) return undefined
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  return start < size ? { start, end } : 'outside'
}
