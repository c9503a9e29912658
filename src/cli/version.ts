// The version of this program, as its package has it.
import { readFile } from 'node:fs/promises'
import { isObject } from '../reader.ts'

/** Such as `0.1.0`. */
export async function readVersion(): Promise<string> {
  const found: unknown = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
  return isObject(found) ? String(found.version) : 'unknown'
}
