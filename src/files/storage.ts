// What a place for bytes must be able to do; the local disk and S3 are such places. Knows no records and no rights.
import type { Readable } from 'node:stream'

/** The bytes from `start` to `end`, both included. */
export type ByteRange = Readonly<{ start: number; end: number }>

/** Bytes that wait in a file of this machine, whole and measured; `checksum` is SHA-256 in hex. */
export type Spooled = Readonly<{ path: string; size: number; checksum: string }>

/** Where a client sends bytes to: one request of that method with these headers and exactly so many bytes. */
export type PutTarget = Readonly<{ url: string; headers: Readonly<Record<string, string>> }>

/** Keys are `<app>/<id>/<name>`. A key has all of its bytes or does not exist. */
export type Storage = Readonly<{
  /** Takes over spooled bytes under a key; the file they waited in is gone or of no use afterwards. */
  keep(key: string, spooled: Spooled): Promise<void>
  /** The bytes of a key, or a part of them; undefined when there are none. */
  open(key: string, range?: ByteRange): Promise<Readable | undefined>
  /** How many bytes a key has; undefined when it does not exist. */
  measure(key: string): Promise<number | undefined>
  move(from: string, to: string): Promise<void>
  /** Removes the keys; those that do not exist make no difference. */
  remove(keys: readonly string[]): Promise<void>
  /** Removes up to so many files of an app that is gone, whatever their names; whether none is left. */
  clear(app: string, most: number): Promise<boolean>
  /** An address that takes bytes for a key directly, for so many seconds; absent where this server takes them itself. */
  signPut?(key: string, size: number, seconds: number): Promise<PutTarget>
}>

/** The key of a file's bytes. */
export function nameKey(app: string, id: string, filename: string): string {
  return `${app}/${id}/${filename}`
}

/** The key under which bytes rest that came directly and were not looked at yet; no filename begins with a point. */
export function nameStagingKey(app: string, id: string): string {
  return `${app}/${id}/.upload`
}
