// Uploads that go past GraphQL: an address for one PUT is handed out, and what came there is looked at before it counts.
import { createHash, randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { fail } from '../errors.ts'
import { describe } from '../reader.ts'
import { writePutUrl } from './address.ts'
import { findContentType, sampleSize } from './content-type.ts'
import {
  doomFile,
  findAwaited,
  giveBack,
  insertFile,
  markStored,
  type NewFile,
  type OwnedFile,
  takeAwaited,
} from './file-rows.ts'
import { readFilename } from './filename.ts'
import type { Files } from './files.ts'
import { checkType } from './incoming.ts'
import { putSeconds } from './link.ts'
import { tellFull, tooLarge } from './spool.ts'
import { nameKey, nameStagingKey, type PutTarget } from './storage.ts'

/** A file to come, as its uploader announces it. */
export type Announced = Readonly<{ filename: string; mimeType: string; size: number; uploader: string }>
/** Where its bytes go, by one PUT until the moment given. */
export type Ticket = PutTarget & Readonly<{ id: string; expiresAt: Date }>

/** Announces a file and says where its bytes go; LIMIT_EXCEEDED, BAD_USER_INPUT. */
export async function createTicket(files: Files, announced: Announced): Promise<Ticket> {
  const { size } = announced
  if (!Number.isSafeInteger(size) || size < 0)
    throw fail('BAD_USER_INPUT', `size must be a whole number of bytes, found ${describe(size)}`)
  if (size > files.limits.maxSize) throw tooLarge(files.limits.maxSize)
  const file = { ...announced, id: randomUUID(), filename: readFilename(announced.filename) }
  await insertFile(files.pool, { ...file, mimeType: file.mimeType.slice(0, 200) })
  const expires = Math.floor(Date.now() / 1000) + putSeconds
  const target = await findTarget(files, file, expires)
  return { ...target, id: file.id, expiresAt: new Date(expires * 1000) }
}

async function findTarget(files: Files, { id, size }: NewFile, expires: number): Promise<PutTarget> {
  const direct = await files.storage.signPut?.(nameStagingKey(files.app, id), size, putSeconds)
  return direct ?? { url: writePutUrl(files, id, size, expires), headers: { 'content-length': String(size) } }
}

/** Takes the bytes that come to an address of this server; NOT_FOUND when no such file is awaited. */
export async function receiveDirect(files: Files, id: string, size: number, bytes: Readable): Promise<void> {
  if ((await findAwaited(files.pool, id)) === undefined) throw notAwaited(id)
  const received = await files.spool.receive(bytes, size)
  try {
    if (received.size !== size)
      throw fail('BAD_USER_INPUT', `${size} bytes were announced, ${received.size} came`)
    await files.storage.keep(nameStagingKey(files.app, id), received)
  } catch (error) {
    await files.spool.drop(received)
    throw tellFull(error)
  }
}

/** Looks at the bytes that came for an announced file and keeps it; one that is not as announced is given up. */
export async function completeTicket(files: Files, id: string, uploader: string): Promise<OwnedFile> {
  const file = await takeAwaited(files.pool, id, uploader)
  if (file === undefined) throw notAwaited(id)
  const staging = nameStagingKey(files.app, id)
  try {
    const size = await files.storage.measure(staging)
    if (size === undefined) throw fail('NOT_FOUND', 'No bytes have come for this file yet; send them first')
    if (size !== file.size)
      throw fail('BAD_USER_INPUT', `${file.size} bytes were announced, ${size} came; send them again`)
  } catch (error) {
    await giveBack(files.pool, id)
    throw error
  }
  return await settle(files, file, staging)
}

/** What anybody with the address can still overwrite is moved away before it is looked at. */
async function settle(files: Files, file: NewFile, staging: string): Promise<OwnedFile> {
  const key = nameKey(files.app, file.id, file.filename)
  try {
    await files.storage.move(staging, key)
    const stream = await files.storage.open(key)
    if (stream === undefined) throw new Error(`The bytes of ${key} are not where they were moved to`)
    const stored = { ...file, ...(await inspect(stream, file)) }
    checkType(files.limits, stored.mimeType)
    await markStored(files.pool, stored)
    return stored
  } catch (error) {
    await doomFile(files.pool, file.id)
    throw error
  }
}

async function inspect(stream: Readable, file: NewFile): Promise<Pick<OwnedFile, 'checksum' | 'mimeType'>> {
  const hash = createHash('sha256')
  const begun: Buffer[] = []
  let size = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (size < sampleSize) begun.push(chunk.subarray(0, sampleSize - size))
    size += chunk.length
    hash.update(chunk)
  }
  if (size !== file.size)
    throw fail('BAD_USER_INPUT', `${file.size} bytes were announced, ${size} came; upload the file anew`)
  const sample = Buffer.concat(begun)
  const mimeType = await findContentType(sample, size === sample.length, file.mimeType)
  return { checksum: hash.digest('hex'), mimeType }
}

function notAwaited(id: string): Error {
  return fail('NOT_FOUND', `There is no file with the id ${describe(id)} that waits for its bytes`)
}
