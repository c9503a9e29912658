// Multipart bodies written by hand, so that they can be wrong in every way; and requests that send them as they are.
import { request } from 'node:http'
import type { GraphQLReply, Server } from './server.ts'

/** A part of a form; `head` replaces its whole header. */
export type Part = Readonly<{ name?: string; filename?: string; type?: string; head?: string; body: string }>

export const boundary = 'the-boundary'

/** The form of these parts; the end can be left out. */
export function writeForm(parts: readonly Part[], end = `--${boundary}--\r\n`): string {
  return `${parts.map(writePart).join('')}${end}`
}

function writePart({ name, filename, type, head, body }: Part): string {
  const disposition = [
    'Content-Disposition: form-data',
    ...(name === undefined ? [] : [`name="${name}"`]),
    ...(filename === undefined ? [] : [`filename="${filename}"`]),
  ].join('; ')
  const lines = head ?? `${disposition}${type === undefined ? '' : `\r\nContent-Type: ${type}`}`
  return `--${boundary}\r\n${lines}\r\n\r\n${body}\r\n`
}

/** The parts of a good request with one file. */
export const goodParts: readonly Part[] = [
  {
    name: 'operations',
    body: JSON.stringify({
      query: 'mutation($file: Upload!) { uploadFile(file: $file) { id filename mimeType size } }',
      variables: { file: null },
    }),
  },
  { name: 'map', body: '{"0":["variables.file"]}' },
  { name: '0', filename: 'a.txt', type: 'text/plain', body: 'hello' },
]

/** Sends a body byte by byte as it is, as the administrator, and reads the reply. */
export async function sendRaw(
  server: Server,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<GraphQLReply> {
  const bytes = Buffer.from(body)
  return await new Promise((resolve, reject) => {
    const sent = request(server.address('data'), {
      method: 'POST',
      timeout: 20_000,
      headers: {
        authorization: `Bearer ${server.token}`,
        'content-type': `multipart/form-data; boundary=${boundary}`,
        'content-length': String(bytes.length),
        ...headers,
      },
    })
    sent.on('timeout', () => sent.destroy(new Error('No reply came in 20 seconds')))
    sent.on('error', reject)
    sent.on('response', (reply) => {
      let text = ''
      reply.setEncoding('utf8')
      reply.on('data', (chunk) => {
        text += chunk
      })
      reply.on('error', reject)
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, ...JSON.parse(text) }))
    })
    sent.end(bytes)
  })
}
