// Who may read the figures, and where: never everybody in production.
import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { BlockList } from 'node:net'
import type { MetricsSettings } from '../../config/operations-settings.ts'
import { AppError, fail } from '../../errors.ts'
import { sendText } from '../reply.ts'

/** What it takes to answer: the settings, and the text of the figures. */
export type FiguresAnswer = Readonly<{
  settings: MetricsSettings
  isProduction: boolean
  contentType: string
  write(): Promise<string>
}>

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Answers at the server's own port: with the token; without one only in development, to callers on this machine. */
export async function answerFigures(
  answer: FiguresAnswer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { settings, isProduction } = answer
  if (settings.token !== undefined) checkToken(settings.token, request)
  else if (settings.port !== undefined || isProduction || !isLocal(request)) throw refuse()
  await sendFigures(answer, response)
}

/** Listens to those who read figures on a port of their own; a token is asked for there too where one is set. */
export function createFiguresServer(answer: FiguresAnswer): Server {
  return createServer((request, response) => {
    const reply = async (): Promise<void> => {
      if (request.method !== 'GET' || !/^\/metrics\/?(\?|$)/.test(request.url ?? '')) throw refuse()
      if (answer.settings.token !== undefined) checkToken(answer.settings.token, request)
      await sendFigures(answer, response)
    }
    reply().catch((error: unknown) => {
      if (error instanceof AppError)
        sendText(response, error.code === 'UNAUTHENTICATED' ? 401 : 404, 'text/plain', `${error.message}\n`)
      else sendText(response, 500, 'text/plain', 'The figures could not be written\n')
    })
  })
}

async function sendFigures({ contentType, write }: FiguresAnswer, response: ServerResponse): Promise<void> {
  const text = await write()
  response
    .writeHead(200, {
      'content-type': contentType,
      'cache-control': 'no-store',
      'content-length': Buffer.byteLength(text),
    })
    .end(text)
}

function checkToken(token: string, { headers }: IncomingMessage): void {
  const given = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? ''
  if (!timingSafeEqual(digest(given), digest(token)))
    throw fail('UNAUTHENTICATED', 'Figures are for those who send the token: "Authorization: Bearer <token>"')
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** A proxy on this machine would make everybody local, so what came through one is not. */
function isLocal({ socket, headers }: IncomingMessage): boolean {
  const { remoteAddress = '', remoteFamily } = socket
  const isNamed = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined
  const address = remoteAddress.replace(/^::ffff:/, '')
  const family = address === remoteAddress && remoteFamily === 'IPv6' ? 'ipv6' : 'ipv4'
  return !isNamed && loopback.check(address, family)
}

function refuse(): AppError {
  return fail('NOT_FOUND', 'Nothing answers at this address; see /')
}
