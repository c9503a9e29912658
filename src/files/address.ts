// The addresses of files as clients see them.
import type { StoredFile } from './file-rows.ts'
import type { Files } from './files.ts'
import { findReadEnd, signLink } from './link.ts'

/** The address of a file, without a signature. */
function writePath(app: string, { id, filename }: Pick<StoredFile, 'id' | 'filename'>): string {
  return `/api/${app}/files/${id}/${encodeName(filename)}`
}

/** Whatever is not plain stands in percent signs, also where encodeURIComponent would let it be. */
export function encodeName(name: string): string {
  return encodeURIComponent(name).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** The address under which anybody can read the file for a while. */
export function writeReadUrl(files: Files, file: Pick<StoredFile, 'id' | 'filename'>): string {
  const query = signLink(files.linkKey, { kind: 'read', id: file.id }, findReadEnd())
  return `${files.publicUrl}${writePath(files.app, file)}?${query}`
}

/** The address that takes so many bytes of the file until the moment given, in seconds since 1970. */
export function writePutUrl(files: Files, id: string, size: number, expires: number): string {
  const query = signLink(files.linkKey, { kind: 'put', id, size }, expires)
  return `${files.publicUrl}/api/${files.app}/files/${id}?${query}`
}
