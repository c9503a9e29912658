// The settings of who may send requests from where, who may look at a schema, and which operations are run at all.
import { resolve } from 'node:path'
import {
  addProblem,
  describe,
  joinPath,
  pick,
  readChoice,
  readFlag,
  readList,
  readObject,
  readText,
  type Source,
} from '../reader.ts'

/** Who may ask a schema for itself: `users` are all that have logged in. */
export type IntrospectionRule = (typeof introspectionRules)[number]

export type AccessSettings = Readonly<{
  /** The origins whose pages may read replies, such as `https://app.example.com`; `*` stands for all. */
  origins: readonly string[]
  /** Whether requests that a page of another site could send unasked are refused. */
  refuseSimple: boolean
  introspection: IntrospectionRule
  /** A file or a folder of documents; `only` refuses all others on the data APIs. */
  persisted?: Readonly<{ path: string; only: boolean }>
}>

const introspectionRules = ['everyone', 'users', 'administrators', 'nobody'] as const

/** The keys of app.yaml that are read here. */
export const accessKeys = ['cors', 'csrf', 'introspection', 'persisted_operations'] as const

/** The variables that stand for some of them. */
export const accessVariables: Readonly<Record<string, readonly string[]>> = {
  METALOOM_CORS_ORIGINS: ['cors', 'origins'],
  METALOOM_INTROSPECTION: ['introspection'],
  METALOOM_PERSISTED_OPERATIONS: ['persisted_operations', 'path'],
}

/** Reads the keys; in production nobody sees a schema who has not logged in, unless it is said otherwise. */
export function readAccessSettings(source: Source, directory: string, isProduction: boolean): AccessSettings {
  const cors = readPart(source, 'cors', ['origins'])
  const persisted = readPersisted(source, directory)
  return {
    origins: readList(cors, 'origins', readOrigin(source)) ?? [],
    refuseSimple: readFlag(source, 'csrf') ?? true,
    introspection:
      readChoice(source, 'introspection', introspectionRules) ?? (isProduction ? 'users' : 'everyone'),
    ...(persisted === undefined ? {} : { persisted }),
  }
}

function readPart(source: Source, key: string, known: readonly string[]): Source {
  return readObject(pick(source, key) ?? {}, joinPath(source.path, key), source.problems, known)
}

/** An origin is what a browser sends: scheme, host and port, without a path. */
function readOrigin({ problems }: Source): (item: unknown, path: string) => string | undefined {
  return (item, path) => {
    if (item === '*') return item
    const isOrigin =
      typeof item === 'string' &&
      /^[a-z][a-z0-9+.-]*:\/\//.test(item) &&
      URL.canParse(item) &&
      (new URL(item).origin === item ||
        (!item.startsWith('http') && !/[/?#]/.test(item.split('://')[1] ?? '/')))
    if (isOrigin) return item
    problems.push({
      path,
      message: `must be an origin such as https://app.example.com, found ${describe(item)}`,
    })
    return undefined
  }
}

function readPersisted(source: Source, directory: string): AccessSettings['persisted'] {
  if (pick(source, 'persisted_operations') === undefined) return undefined
  const part = readPart(source, 'persisted_operations', ['path', 'only'])
  const path = readText(part, 'path')
  const only = readFlag(part, 'only') ?? false
  if (path === undefined) return addProblem(part, 'path', 'is missing; name a file or a folder of documents')
  return { path: resolve(directory, path), only }
}
