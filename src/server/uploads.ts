// Requests that carry files: who sends them is known before their body is read, and they run once all of it is here.
import type { IncomingMessage } from 'node:http'
import type { Plugin } from 'graphql-yoga'
import type { Context } from '../api/context.ts'
import type { Limits } from '../config/limits.ts'
import { fail } from '../errors.ts'
import { type Multipart, readMultipart } from './multipart.ts'

/** Room for what stands between the parts of a form. */
const slack = 64 * 1024

/** Reads the body of such a request; UNAUTHENTICATED and LIMIT_EXCEEDED come before the first byte of it. */
export async function readUpload(
  request: IncomingMessage,
  { app, viewer }: Context,
  { body: mostText, silence, jsonDepth, values }: Limits,
): Promise<Multipart> {
  if (viewer.id === undefined)
    throw fail(
      'UNAUTHENTICATED',
      'Log in to upload files; call login and send "Authorization: Bearer <token>"',
    )
  const { maxSize, maxFiles } = app.files.limits
  const most = maxSize * maxFiles + mostText * 2 + slack
  if (Number(request.headers['content-length'] ?? 0) > most)
    throw fail(
      'LIMIT_EXCEEDED',
      `A request may have at most ${maxFiles} files of ${maxSize} bytes each, ${most} bytes in all`,
    )
  const { spool } = app.files
  return await readMultipart(request, {
    spool,
    mostText,
    maxSize,
    maxFiles,
    mostSilence: silence,
    jsonDepth,
    values,
  })
}

/** Has Yoga run the operations that were read already. */
export function takeOperations(): Plugin<Record<never, never>, Context> {
  return {
    onRequestParse({ serverContext, setRequestParser }) {
      const { operations } = serverContext ?? {}
      if (operations) setRequestParser(() => operations)
    },
  }
}
