// Receives bytes into a file of this machine: counted, hashed and bounded on the way, in constant memory.
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fail } from '../errors.ts'
import { sampleSize } from './content-type.ts'
import type { Spooled } from './storage.ts'

/** Received bytes, and the beginning of them. */
export type Received = Spooled & Readonly<{ sample: Buffer }>

export type Spool = Readonly<{
  /** Receives a stream to its end; LIMIT_EXCEEDED when it has more than `most` bytes, or when there is no room for it. */
  receive(stream: Readable, most: number): Promise<Received>
  /** Removes received bytes that nobody took over. */
  drop(spooled: Spooled): Promise<void>
  /** Removes what a process that ended left behind longer ago than `age` milliseconds. */
  clean(age: number): Promise<void>
}>

/** The folder is made when it is first needed. */
export function createSpool(folder: string): Spool {
  return {
    async receive(stream, most) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const path = join(folder, randomUUID())
      try {
        return await receiveInto(path, stream, most)
      } catch (error) {
        await rm(path, { force: true })
        throw tellFull(error)
      }
    },
    drop: ({ path }) => rm(path, { force: true }),
    async clean(age) {
      const names = await readdir(folder).catch(() => [])
      for (const path of names.map((name) => join(folder, name))) {
        const found = await stat(path).catch(() => undefined)
        if (found && Date.now() - found.mtimeMs > age) await rm(path, { force: true })
      }
    },
  }
}

async function receiveInto(path: string, stream: Readable, most: number): Promise<Received> {
  const hash = createHash('sha256')
  const begun: Buffer[] = []
  let size = 0
  const meter = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      if (size < sampleSize) begun.push(chunk.subarray(0, sampleSize - size))
      size += chunk.length
      if (size > most) throw tooLarge(most)
      hash.update(chunk)
      yield chunk
    }
  }
  // Opened before anything can fail, so that there is no file still to come when it is removed.
  const file = await open(path, 'wx', 0o600)
  await pipeline(stream, meter, file.createWriteStream({ flush: true }))
  return { path, size, checksum: hash.digest('hex'), sample: Buffer.concat(begun) }
}

/** The refusal of a file that has more bytes than are allowed. */
export function tooLarge(most: number): Error {
  return fail('LIMIT_EXCEEDED', `A file may have at most ${most} bytes here`)
}

/** A full disk is no secret, and nobody's mistake in the request. */
export function tellFull(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error
  return fail('LIMIT_EXCEEDED', 'There is no room for the file on the server; nothing was stored')
}
