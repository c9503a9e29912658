// The rows of files: what is known of each, and how it comes and goes. Rights are asked elsewhere.
import { type Pool, type Row, run, type Sql } from '../database/connect.ts'
import { fail } from '../errors.ts'

/** A file whose bytes are there; `size` is in bytes, `checksum` is SHA-256 in hex. */
export type StoredFile = Readonly<{
  id: string
  filename: string
  mimeType: string
  size: number
  checksum: string
}>
/** A file and whose upload it is. */
export type OwnedFile = StoredFile & Readonly<{ uploader: string }>
/** A file that is announced, or under way. */
export type NewFile = Readonly<{
  id: string
  filename: string
  mimeType: string
  size: number
  uploader: string
}>

/** As many files of one uploader may wait for a record to refer to them. */
const mostUnused = 1_000

const columns = 'id, filename, mime_type, size, checksum, uploader'

function readFileRow(row: Row): OwnedFile {
  return {
    id: String(row.id),
    filename: String(row.filename),
    mimeType: String(row.mime_type),
    size: Number(row.size),
    checksum: String(row.checksum ?? ''),
    uploader: String(row.uploader),
  }
}

/** Announces a file before its first byte is kept, so that what is left half done is found; LIMIT_EXCEEDED. */
export async function insertFile(pool: Pool, file: NewFile): Promise<void> {
  const rows = await run(pool, {
    text: `insert into _files (id, filename, mime_type, size, uploader) select $1, $2, $3, $4, $5
      where (select count(*) from _files where uploader = $5 and freed_at is not null and state <> 'doomed') < $6 returning id`,
    values: [file.id, file.filename, file.mimeType, file.size, file.uploader, mostUnused],
  })
  if (rows.length === 0)
    throw fail(
      'LIMIT_EXCEEDED',
      `You have ${mostUnused} files that no record refers to; use or delete some before you upload more`,
    )
}

/** Notes that all bytes of a file are there, and what they are. */
export async function markStored(pool: Pool, file: StoredFile): Promise<void> {
  const rows = await run(pool, {
    text: `update _files set state = 'stored', size = $2, mime_type = $3, checksum = $4, freed_at = now()
      where id = $1 and state in ('awaited', 'checked') returning id`,
    values: [file.id, file.size, file.mimeType, file.checksum],
  })
  if (rows.length === 0) throw fail('CONFLICT', 'The file was deleted while it was uploaded')
}

/** The file with this id whose bytes are there. */
export async function findStored(sql: Sql, id: string): Promise<OwnedFile | undefined> {
  const [row] = await run(sql, {
    text: `select ${columns} from _files where id = $1 and state = 'stored'`,
    values: [id],
  })
  return row && readFileRow(row)
}

/** Holds files as they are until the transaction ends, those that are stored, in one order. */
export async function holdFiles(sql: Sql, ids: readonly string[]): Promise<ReadonlyMap<string, OwnedFile>> {
  const rows = await run(sql, {
    text: `select ${columns} from _files where id = any($1::uuid[]) and state = 'stored' order by id for no key update`,
    values: [ids],
  })
  return new Map(rows.map((row) => [String(row.id), readFileRow(row)]))
}

/** Which files, and which part of the list; without an uploader those of everybody. */
export type FileList = Readonly<{ uploader?: string; isUnused?: boolean; first: number; offset: number }>

/** Files whose bytes are there, the newest first. */
export async function listFiles(sql: Sql, list: FileList): Promise<readonly OwnedFile[]> {
  const rows = await run(sql, {
    text: `select ${columns} from _files where state = 'stored' and ($1::text is null or uploader = $1)
      and ($2::boolean is null or (freed_at is not null) = $2) order by created_at desc, id desc limit $3 offset $4`,
    values: [list.uploader ?? null, list.isUnused ?? null, list.first, list.offset],
  })
  return rows.map(readFileRow)
}

/** A file that is announced and whose bytes may still come, for one of its uploader's requests or for whoever has the link. */
export async function findAwaited(sql: Sql, id: string): Promise<NewFile | undefined> {
  const [row] = await run(sql, {
    text: `select ${columns} from _files where id = $1 and state = 'awaited'`,
    values: [id],
  })
  return row && readFileRow(row)
}

/** Takes an announced file of that uploader to look at its bytes; only one request gets it. */
export async function takeAwaited(sql: Sql, id: string, uploader: string): Promise<NewFile | undefined> {
  const [row] = await run(sql, {
    text: `update _files set state = 'checked' where id = $1 and uploader = $2 and state = 'awaited' returning ${columns}`,
    values: [id, uploader],
  })
  return row && readFileRow(row)
}

/** Lets a file that was taken wait for its bytes again. */
export async function giveBack(sql: Sql, id: string): Promise<void> {
  await run(sql, {
    text: `update _files set state = 'awaited' where id = $1 and state = 'checked'`,
    values: [id],
  })
}

/** Gives a file up, whatever became of it so far, unless a record refers to it; whether it is given up now. */
export async function doomFile(sql: Sql, id: string): Promise<boolean> {
  const rows = await run(sql, {
    text: `update _files set state = 'doomed' where id = $1 and state <> 'doomed' and freed_at is not null
      and not exists (select 1 from _file_uses u where u.file_id = _files.id) returning id`,
    values: [id],
  })
  return rows.length > 0
}
