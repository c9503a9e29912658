// Keeps files in a folder of this machine: written under another name first, and renamed when they are whole.
import { constants } from 'node:fs'
import { copyFile, mkdir, open, opendir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ByteRange, Spooled, Storage } from './storage.ts'

/** The base folder is made when it is first needed; only this user may look into it. */
export function createLocalDisk(base: string): Storage {
  const place = (key: string): string => join(base, ...splitKey(key))
  return {
    async keep(key, spooled) {
      const path = place(key)
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      await moveIn(spooled, path)
    },
    open: (key, range) => openFile(place(key), range),
    async measure(key) {
      return await stat(place(key)).then(({ size }) => size, whenMissing(undefined))
    },
    async move(from, to) {
      await mkdir(dirname(place(to)), { recursive: true, mode: 0o700 })
      await rename(place(from), place(to))
    },
    async remove(keys) {
      for (const path of keys.map(place)) {
        await rm(path, { force: true })
        await rmdir(dirname(path)).catch(keepFull)
      }
    },
    async clear(app, most) {
      if (!isPlain(app)) throw new Error(`${JSON.stringify(app)} is no name of an app`)
      return await clearFolder(join(base, app), most)
    },
  }
}

/** Keys are made by this server, but one that led out of the base folder must never get through. */
function splitKey(key: string): readonly string[] {
  const parts = key.split('/')
  if (parts.length === 3 && parts.every(isPlain)) return parts
  throw new Error(`${JSON.stringify(key)} is no key of a file`)
}

function isPlain(part: string): boolean {
  return !/^(\.{0,2})$|[/\\\0]/.test(part)
}

/** Each file has a folder of its own. */
async function clearFolder(path: string, most: number): Promise<boolean> {
  const folder = await opendir(path).catch(whenMissing(undefined))
  if (folder === undefined) return true
  let left = most
  for await (const { name } of folder) {
    if (left-- === 0) return false
    await rm(join(path, name), { recursive: true, force: true })
  }
  await rm(path, { recursive: true, force: true })
  return true
}

/** Another file system, such as a mounted folder, cannot be renamed into. */
async function moveIn({ path }: Spooled, target: string): Promise<void> {
  try {
    await rename(path, target)
  } catch (error) {
    if (!isCode(error, 'EXDEV')) throw error
    const draft = join(dirname(target), '.draft')
    await copyFile(path, draft, constants.COPYFILE_FICLONE)
    await rename(draft, target)
    await rm(path, { force: true })
  }
}

async function openFile(path: string, range: ByteRange | undefined) {
  const file = await open(path, 'r').catch(whenMissing(undefined))
  return file?.createReadStream({ ...range, highWaterMark: 256 * 1024 })
}

function whenMissing<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (isCode(error, 'ENOENT')) return value
    throw error
  }
}

/** A folder that is not empty, or gone already, is none of our business. */
function keepFull(error: unknown): void {
  if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].some((code) => isCode(error, code))) throw error
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
