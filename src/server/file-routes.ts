// The addresses of files: reads them out to those who may, and takes the bytes that a link lets in.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { PassThrough, type Readable } from 'node:stream'
import { isUuid } from '../auth/uuid.ts'
import { AppError, fail } from '../errors.ts'
import { receiveDirect } from '../files/direct.ts'
import { findStored } from '../files/file-rows.ts'
import { checkLink } from '../files/link.ts'
import { nameKey } from '../files/storage.ts'
import { mayReadFile } from '../pipeline/stages/file-sight.ts'
import type { OpenApp } from './app.ts'
import { sendFile } from './reply-file.ts'
import type { Route } from './routes.ts'
import { readNarrowedViewer } from './viewer-of.ts'

type FileRoute = Extract<Route, { kind: 'file' }>
type PutRoute = Extract<Route, { kind: 'put' }>

/** Sends a file to whoever has a good link or may read it; to all others it is not there. */
export async function answerFile(
  { app, authenticator }: OpenApp,
  { id, name }: FileRoute,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const query = readQuery(request)
  const left = checkLink(app.files.linkKey, { kind: 'read', id }, query)
  const viewer = left === undefined ? await readNarrowedViewer(authenticator, request) : undefined
  const file = isUuid(id) ? await findStored(app.pool, id) : undefined
  if (file === undefined || file.filename !== name) throw absent()
  if (viewer && !(await mayReadFile({ sql: app.pool, registry: app.readEdition().registry, viewer }, file)))
    throw absent()
  await sendFile(request, response, app.files.storage, {
    file,
    key: nameKey(app.name, file.id, file.filename),
    cacheControl: writeCacheControl(left),
    asAttachment: query.has('download'),
  })
}

/** What a link shows may be kept as long as the link is good; what a token shows is asked for each time. */
function writeCacheControl(left: number | undefined): string {
  return left === undefined ? 'private, no-cache' : `private, max-age=${left}`
}

/** Takes the bytes of an announced file; the link is looked at before the body. */
export async function answerPut(
  { app }: OpenApp,
  { id }: PutRoute,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const query = readQuery(request)
  const size = Number(query.get('size') ?? Number.NaN)
  if (!isUuid(id) || checkLink(app.files.linkKey, { kind: 'put', id, size }, query) === undefined)
    throw fail('FORBIDDEN', 'This address takes no file, or does so no more; call createUpload for another')
  const length = request.headers['content-length']
  if (length !== undefined && Number(length) !== size)
    throw fail('BAD_USER_INPUT', `${size} bytes were announced, the request has ${length}`)
  request.setTimeout(app.limits.silence, () => request.destroy(new Error('The client stopped sending')))
  await receiveDirect(app.files, id, size, shield(request)).catch((error: unknown) => {
    if (error instanceof AppError || request.complete) throw error
    throw fail('BAD_USER_INPUT', 'The body ended too early')
  })
  response.writeHead(200, { 'content-length': 0 }).end()
}

/** The body in a stream of its own: one that fails would take the connection and the reply with it. */
function shield(request: IncomingMessage): Readable {
  const body = new PassThrough()
  request.once('close', () => {
    if (!request.complete) body.destroy(new Error('The body ended too early'))
  })
  return request.pipe(body)
}

function readQuery({ url = '' }: IncomingMessage): URLSearchParams {
  const at = url.indexOf('?')
  return new URLSearchParams(at < 0 ? '' : url.slice(at))
}

function absent(): Error {
  return fail('NOT_FOUND', 'There is no such file, or you may not read it')
}
