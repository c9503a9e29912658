// Puts files into records: the ids that were given become what is known of the files, if the caller may use them there.

import { isUuid } from '../../auth/uuid.ts'
import { isAdmin } from '../../auth/viewer.ts'
import { failAll, type Problem } from '../../errors.ts'
import { acceptsType } from '../../files/content-type.ts'
import { holdFiles, type OwnedFile, type StoredFile } from '../../files/file-rows.ts'
import type { Field } from '../../metadata/field.ts'
import type { Value } from '../../metadata/value.ts'
import { isObject, joinPath } from '../../reader.ts'
import type { Act } from './act.ts'
import { findReadableFiles } from './file-sight.ts'
import { listWrites, type Write } from './writes.ts'

/** A file that a record is to have. */
type Attached = Readonly<{ write: Write; field: Field; id: string }>

/** The stage: absent files and those of others are NOT_FOUND alike; wrong ones VALIDATION_FAILED. They stay until the commit. */
export async function attachFiles(act: Act, roots: readonly Write[]): Promise<void> {
  const wanted = listWrites(roots).flatMap(listAttached)
  if (wanted.length === 0) return
  const ids = [...new Set(wanted.map(({ id }) => id.toLowerCase()).filter(isUuid))].sort()
  const held = await holdFiles(act.sql, ids)
  const usable = await findUsable(act, wanted, held)
  const missing = wanted.filter(({ id }) => !usable.has(id.toLowerCase()))
  if (missing.length > 0)
    throw failAll(
      'NOT_FOUND',
      missing.map((each) => tellMissing(act, each)),
    )
  const problems = wanted.flatMap((each) => {
    const file = usable.get(each.id.toLowerCase())
    return file ? attach(act, each, file) : []
  })
  if (problems.length > 0) throw failAll('VALIDATION_FAILED', problems)
}

function listAttached(write: Write): readonly Attached[] {
  return write.entity.fields.flatMap((field) => {
    const id = field.type === 'file' ? write.changes.get(field.name) : undefined
    return typeof id === 'string' ? [{ write, field, id }] : []
  })
}

/** What the viewer may read may be used; the system uses what it is told to. */
async function findUsable(
  { sql, context: { registry, viewer } }: Act,
  wanted: readonly Attached[],
  held: ReadonlyMap<string, OwnedFile>,
): Promise<ReadonlyMap<string, OwnedFile>> {
  if (isAdmin(viewer) || wanted.every(({ write }) => write.actor !== 'viewer')) return held
  const files = await findReadableFiles({ sql, registry, viewer }, [...held.values()])
  return new Map(files.map((file) => [file.id, file]))
}

function tellMissing({ context }: Act, { write, field, id }: Attached): Problem {
  const name = context.nameField(write.entity, field)
  const message = `leads to no file: there is none with the id ${JSON.stringify(id)}`
  return { path: joinPath(write.path, name), field: name, message }
}

function attach({ context }: Act, { write, field }: Attached, file: OwnedFile): readonly Problem[] {
  write.changes.set(field.name, writeFile(file))
  const name = context.nameField(write.entity, field)
  const place = { path: joinPath(write.path, name), field: name }
  const problems: Problem[] = []
  if (!acceptsType(field.accept, file.mimeType))
    problems.push({
      ...place,
      rule: 'accept',
      message: `takes ${field.accept?.join(', ')}; ${JSON.stringify(file.filename)} is ${file.mimeType}`,
    })
  if (field.maxSize !== undefined && file.size > field.maxSize)
    problems.push({
      ...place,
      rule: 'max_size',
      message: `takes at most ${field.maxSize} bytes; ${JSON.stringify(file.filename)} has ${file.size}`,
    })
  return problems
}

/** The file that the cell of a record holds; null when it holds none. */
export function readRecordFile(cell: unknown): StoredFile | null {
  if (!isObject(cell)) return null
  const { id, filename, mime_type: mimeType, size, checksum } = cell
  return {
    id: String(id),
    filename: String(filename),
    mimeType: String(mimeType),
    size: Number(size),
    checksum: String(checksum),
  }
}

/** A file as records have it, in the words of the language. */
function writeFile({ id, filename, mimeType, size, checksum }: OwnedFile): Value {
  return { id, filename, mime_type: mimeType, size, checksum }
}
