// Reads a GraphQL request that carries files, by the multipart request specification; files go to the spool as they come.
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { Busboy, type BusboyInstance } from '@fastify/busboy'
import { AppError, fail } from '../errors.ts'
import { type Incoming, makeIncoming } from '../files/incoming.ts'
import type { Spool } from '../files/spool.ts'
import { checkForm, type FormLimits } from './body.ts'
import { type FileMap, placeFiles, readJson, readMap, refuse } from './multipart-operations.ts'

/** `mostText` bounds the texts beside the files, in bytes; `mostSilence` is in milliseconds. */
export type MultipartOptions = Readonly<{
  spool: Spool
  mostText: number
  maxSize: number
  maxFiles: number
  mostSilence: number
}> &
  FormLimits

/** The request as JSON would have it, with the files in their places; `drop` removes those that nobody took over. */
export type Multipart = Readonly<{ operations: Record<string, unknown>; drop(): Promise<void> }>

/** Milliseconds in which the parser must be done once the last byte has come. */
const mostAfterEnd = 5_000

/** What came so far. */
type Progress = {
  operations?: unknown
  map?: FileMap
  readonly files: Map<string, Promise<Incoming>>
  readonly streams: Readable[]
}

/** Reads the request to its end before anything of it is run; whatever is wrong with it is told in one error. */
export async function readMultipart(request: IncomingMessage, options: MultipartOptions): Promise<Multipart> {
  const progress: Progress = { files: new Map(), streams: [] }
  const drop = () => dropFiles(options.spool, progress)
  try {
    await readParts(request, options, progress)
    return { operations: await placeFiles(progress), drop }
  } catch (error) {
    await drop()
    throw error instanceof AppError ? error : tellBroken(error)
  }
}

async function dropFiles(spool: Spool, { files }: Progress): Promise<void> {
  for (const result of await Promise.allSettled(files.values()))
    if (result.status === 'fulfilled' && result.value.received) await spool.drop(result.value.received)
}

/** The parser and the connection have words of their own for what is wrong with the form. */
function tellBroken(error: unknown): Error {
  const isOurs = error instanceof Error && 'code' in error && typeof error.code === 'string'
  if (isOurs && !['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(String(error.code))) return error
  return fail(
    'BAD_USER_INPUT',
    `The multipart body is not whole: ${error instanceof Error ? error.message : error}`,
  )
}

async function readParts(
  request: IncomingMessage,
  options: MultipartOptions,
  progress: Progress,
): Promise<void> {
  const parser = startParser(request, options)
  const { promise, resolve, reject } = makeDeferred()
  const attempt = (work: () => void): void => {
    try {
      work()
    } catch (error) {
      reject(error)
    }
  }
  parser.on('field', (name, value, isNameCut, isCut) =>
    attempt(() => takeText(progress, options, { name, value, isCut: isNameCut || isCut })),
  )
  parser.on('file', (name, stream, filename, _encoding, mimeType) => {
    // Whoever receives the file hears of errors too, and tells what they mean.
    stream.on('error', () => undefined)
    progress.streams.push(stream)
    attempt(() => {
      const file = takeFile(progress, options, { name, stream, filename, mimeType })
      file.catch(reject)
    })
  })
  const tooMany = () => reject(fail('LIMIT_EXCEEDED', `A request may have at most ${options.maxFiles} files`))
  parser.on('filesLimit', tooMany)
  parser.on('fieldsLimit', () => reject(refuse('has texts beside operations and map')))
  parser.on('partsLimit', tooMany)
  parser.on('error', reject)
  parser.on('finish', resolve)
  request.on('error', reject)
  request.on('close', () => {
    if (!request.complete) reject(refuse('ended too early'))
  })
  request.on('end', () => setTimeout(() => reject(refuse('has no end')), mostAfterEnd).unref())
  request.setTimeout(options.mostSilence, () =>
    reject(refuse(`paused for ${options.mostSilence / 1_000} seconds`)),
  )
  request.pipe(parser)
  try {
    await promise
    await Promise.all(progress.files.values())
  } finally {
    request.unpipe(parser)
    request.setTimeout(0)
    // The parser leaves the stream of a file open whose end does not come.
    for (const stream of progress.streams) stream.destroy()
  }
}

function makeDeferred() {
  let settle: { resolve(): void; reject(error: unknown): void } = { resolve() {}, reject() {} }
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject }
  })
  return { promise, ...settle }
}

function startParser(request: IncomingMessage, options: MultipartOptions): BusboyInstance {
  try {
    return new Busboy({
      headers: { ...request.headers, 'content-type': request.headers['content-type'] ?? '' },
      limits: {
        fieldNameSize: 100,
        fieldSize: options.mostText,
        fields: 2,
        files: options.maxFiles,
        parts: options.maxFiles + 2,
        headerPairs: 20,
        headerSize: 8 * 1024,
      },
    })
  } catch (error) {
    throw refuse(`cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}

type TextPart = Readonly<{ name: string; value: string; isCut: boolean }>

function takeText(progress: Progress, options: MultipartOptions, part: TextPart): void {
  const { mostText, maxFiles } = options
  const { name, value, isCut } = part
  if (isCut) throw fail('LIMIT_EXCEEDED', `The texts of a request may have at most ${mostText} bytes`)
  if (name !== 'operations' && name !== 'map') throw refuse(`has a text ${JSON.stringify(name)}`)
  if (progress[name] !== undefined) throw refuse(`has ${name} twice`)
  checkForm(value, options)
  const json = readJson(name, value)
  if (name === 'operations') progress.operations = json
  else progress.map = readMap(json, maxFiles)
}

type FilePart = Readonly<{ name: string; stream: Readable; filename: string; mimeType: string }>

function takeFile(progress: Progress, options: MultipartOptions, part: FilePart): Promise<Incoming> {
  const { name, stream, filename, mimeType } = part
  if (progress.map === undefined) throw refuse('has a file before operations and map')
  if (!progress.map.has(name)) throw refuse(`has a file ${JSON.stringify(name)} that the map does not name`)
  if (progress.files.has(name)) throw refuse(`has the file ${JSON.stringify(name)} twice`)
  const file = options.spool
    .receive(stream, options.maxSize)
    .then((received) => makeIncoming(filename ?? '', mimeType ?? '', received))
  progress.files.set(name, file)
  return file
}
