// A file on its way into the app: its bytes wait in the spool until a mutation takes it.
import { randomUUID } from 'node:crypto'
import { fail } from '../errors.ts'
import { acceptsType, findContentType } from './content-type.ts'
import { doomFile, insertFile, markStored, type OwnedFile } from './file-rows.ts'
import { readFilename } from './filename.ts'
import type { FileLimits, Files } from './files.ts'
import { type Received, tellFull } from './spool.ts'
import { nameKey } from './storage.ts'

const brand = Symbol('incoming')

/** A received file with what the client says of it. No JSON value can look like one. */
export type Incoming = { readonly [brand]: true; received: Received | undefined } & Readonly<{
  filename: string
  mimeType: string
}>

export function makeIncoming(filename: string, mimeType: string, received: Received): Incoming {
  return { [brand]: true, filename, mimeType, received }
}

export function isIncoming(value: unknown): value is Incoming {
  return typeof value === 'object' && value !== null && brand in value
}

/** Keeps a file that has come; it belongs to its uploader until a record refers to it. Each comes once. */
export async function keepIncoming(files: Files, incoming: Incoming, uploader: string): Promise<OwnedFile> {
  const { received } = incoming
  if (received === undefined) throw fail('BAD_USER_INPUT', 'The same file cannot be uploaded a second time')
  const mimeType = await findContentType(
    received.sample,
    received.size === received.sample.length,
    incoming.mimeType,
  )
  checkType(files.limits, mimeType)
  const { size, checksum } = received
  const file = {
    id: randomUUID(),
    filename: readFilename(incoming.filename),
    mimeType,
    size,
    checksum,
    uploader,
  }
  await insertFile(files.pool, file)
  try {
    await files.storage.keep(nameKey(files.app, file.id, file.filename), received)
    incoming.received = undefined
    await markStored(files.pool, file)
  } catch (error) {
    await doomFile(files.pool, file.id)
    throw tellFull(error)
  }
  return file
}

/** Refuses a type that the app does not take; VALIDATION_FAILED. */
export function checkType({ accept }: FileLimits, mimeType: string): void {
  if (acceptsType(accept, mimeType)) return
  throw fail(
    'VALIDATION_FAILED',
    `Files of the type ${mimeType} are not accepted here; accepted are ${accept?.join(', ')}`,
  )
}
