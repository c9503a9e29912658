// Opens the place where the files of all apps rest: a folder, or a bucket.
import { join } from 'node:path'
import type { FileSettings } from '../config/file-settings.ts'
import type { Files } from '../files/files.ts'
import { createLocalDisk } from '../files/local-disk.ts'
import { createS3 } from '../files/s3.ts'
import { createSpool } from '../files/spool.ts'

/** What all apps share. */
export type FilePlace = Pick<Files, 'storage' | 'spool'>

/** Files on their way wait beside those that rest, so that taking one over is no copy; no app's name begins with a point. */
export function openFilePlace({ path, s3 }: FileSettings): FilePlace {
  return { storage: s3 ? createS3(s3) : createLocalDisk(path), spool: createSpool(join(path, '.incoming')) }
}
