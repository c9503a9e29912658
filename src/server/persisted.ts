// Documents that are known beforehand: found by their hash or by the id of a manifest, and where it is set no others are run.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'graphql'
import type { AccessSettings } from '../config/access-settings.ts'
import { fail } from '../errors.ts'
import { isObject } from '../reader.ts'

/** What a request names: its text, or what stands for one. */
export type Named = Readonly<{ query?: unknown; documentId?: unknown; extensions?: unknown }>

export type Persisted = Readonly<{
  /** The text to run; undefined when the request names none. NOT_FOUND, FORBIDDEN and BAD_USER_INPUT otherwise. */
  findText(named: Named): string | undefined
}>

/** Texts by id. */
type Documents = ReadonlyMap<string, string>
const none: Documents = new Map()

/** Reads all documents, each of which must be GraphQL; VALIDATION_FAILED names the file. */
export function openPersisted({ persisted }: AccessSettings): Persisted {
  const documents = persisted ? readDocuments(persisted.path) : none
  const texts = new Set(documents.values())
  const checkKnown = (text: string): string => {
    if (persisted?.only && !texts.has(text))
      throw fail('FORBIDDEN', 'Only persisted operations are run here; send the documentId of one')
    return text
  }
  return {
    findText({ query, documentId, extensions }) {
      const text = typeof query === 'string' && query !== '' ? query : undefined
      const id = readId(documentId, extensions)
      if (id === undefined) return text === undefined ? undefined : checkKnown(text)
      if (text === undefined) return documents.get(id) ?? refuseId(id)
      if (/^[0-9a-f]{64}$/.test(id) && !documents.has(id) && hash(text) !== id)
        throw fail('BAD_USER_INPUT', `The text of the request does not have the hash ${id}`)
      if (documents.has(id) && documents.get(id) !== text)
        throw fail('BAD_USER_INPUT', `The text of the request is not that of the persisted operation ${id}`)
      return checkKnown(text)
    },
  }
}

/** `sha256:` may stand before a hash. */
function readId(documentId: unknown, extensions: unknown): string | undefined {
  if (typeof documentId === 'string' && documentId !== '') return documentId.replace(/^sha256:/, '')
  const named = isObject(extensions) ? extensions.persistedQuery : undefined
  const found = isObject(named) ? named.sha256Hash : undefined
  return typeof found === 'string' && found !== '' ? found : undefined
}

function refuseId(id: string): never {
  throw fail('NOT_FOUND', `There is no persisted operation ${JSON.stringify(id.slice(0, 100))} here`)
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function readDocuments(path: string): Documents {
  const documents = new Map<string, string>()
  for (const file of listFiles(path))
    for (const [id, text] of readFile(file)) {
      checkText(text, file)
      documents.set(id, text)
      documents.set(hash(text), text)
    }
  return documents
}

const endings = /\.(graphql|gql|json)$/

function listFiles(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path]
    const names = readdirSync(path, { recursive: true, encoding: 'utf8' })
    return names
      .filter((name) => endings.test(name))
      .sort()
      .map((name) => join(path, name))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw fail('VALIDATION_FAILED', `persisted_operations.path cannot be read: ${reason}`)
  }
}

/** A document by itself; or a manifest, as `{ id: text }` or with a list of `operations` that have `id` and `body`. */
function readFile(path: string): readonly (readonly [string, string])[] {
  const text = readFileSync(path, 'utf8')
  if (!path.endsWith('.json')) return [[hash(text), text]]
  const manifest = readJson(text, path)
  const entries = Array.isArray(manifest.operations)
    ? manifest.operations.map((each: unknown) =>
        isObject(each) ? [each.id, each.body] : [undefined, undefined],
      )
    : Object.entries(manifest)
  return entries.map(([id, body]) => {
    if (typeof id === 'string' && typeof body === 'string') return [id, body]
    throw fail(
      'VALIDATION_FAILED',
      `${path} must map ids to documents, or list operations with an id and a body`,
    )
  })
}

function readJson(text: string, path: string): Record<string, unknown> {
  try {
    const manifest: unknown = JSON.parse(text)
    if (isObject(manifest)) return manifest
  } catch {
    throw fail('VALIDATION_FAILED', `${path} is not readable as JSON`)
  }
  throw fail('VALIDATION_FAILED', `${path} must be a JSON object`)
}

function checkText(text: string, path: string): void {
  try {
    parse(text, { noLocation: true })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw fail('VALIDATION_FAILED', `${path} has a document that is no GraphQL: ${reason}`)
  }
}
