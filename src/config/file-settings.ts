// The settings of files: where their bytes rest, and how many of which kind may come.
import { join, resolve } from 'node:path'
import {
  addProblem,
  joinPath,
  pick,
  readContentTypes,
  readObject,
  readText,
  readWhole,
  type Source,
} from '../reader.ts'
import { type Limits, limitTable } from './limits.ts'

/** Sizes are in bytes. Without `accept` every type is taken. */
export type UploadLimits = Readonly<{ maxSize: number; maxFiles: number; accept?: readonly string[] }>

/** A bucket of an S3-compatible service; `prefix` is '' or ends with a slash. */
export type S3Settings = Readonly<{
  endpoint: string
  region: string
  bucket: string
  prefix: string
  accessKeyId: string
  secretAccessKey: string
}>

export type FileSettings = Readonly<{
  /** The folder of files, or beside S3 that of files on their way. */
  path: string
  limits: UploadLimits
  /** By the name of an app, where they differ from those of all. */
  limitsOfApps: ReadonlyMap<string, UploadLimits>
  /** What addresses of files begin with; '' for those on the server that was asked. */
  publicUrl: string
  /** Milliseconds between two sweeps. */
  sweepEvery: number
  /** Present when files rest there and not in the folder. */
  s3?: S3Settings
}>

const limitKeys = ['max_size', 'max_files', 'accept'] as const

/** Reads the keys `files` and `s3`. */
export function readFileSettings(
  source: Source,
  directory: string,
  dataDir: string,
  { fileSize, filesAtOnce }: Limits,
): FileSettings {
  const files = readPart(source, 'files', [...limitKeys, 'path', 'public_url', 'sweep_minutes', 'apps'])
  const path = readText(files, 'path')
  const accept = readContentTypes(files, 'accept')
  const limits = { maxSize: fileSize, maxFiles: filesAtOnce, ...(accept ? { accept } : {}) }
  const s3 = readS3(source)
  return {
    path: path === undefined ? join(dataDir, 'files') : resolve(directory, path),
    limits,
    limitsOfApps: readApps(files, limits),
    publicUrl: (readAddress(files, 'public_url') ?? '').replace(/\/$/, ''),
    sweepEvery: (readWhole(files, 'sweep_minutes', 1, 1_440) ?? 10) * 60_000,
    ...(s3 === undefined ? {} : { s3 }),
  }
}

function readPart(source: Source, key: string, known: readonly string[]): Source {
  return readObject(pick(source, key) ?? {}, joinPath(source.path, key), source.problems, known)
}

function readLimitsOfApp(source: Source, otherwise: UploadLimits): UploadLimits {
  const { fileSize, filesAtOnce } = limitTable
  const accept = readContentTypes(source, 'accept') ?? otherwise.accept
  return {
    maxSize: readWhole(source, 'max_size', fileSize.least, fileSize.most) ?? otherwise.maxSize,
    maxFiles: readWhole(source, 'max_files', filesAtOnce.least, filesAtOnce.most) ?? otherwise.maxFiles,
    ...(accept === undefined ? {} : { accept }),
  }
}

function readApps(files: Source, limits: UploadLimits): ReadonlyMap<string, UploadLimits> {
  const given = pick(files, 'apps') ?? {}
  const names = typeof given === 'object' && given !== null ? Object.keys(given) : []
  const apps = readObject(given, joinPath(files.path, 'apps'), files.problems, names)
  return new Map(names.map((name) => [name, readLimitsOfApp(readPart(apps, name, limitKeys), limits)]))
}

function readAddress(source: Source, key: string): string | undefined {
  const address = readText(source, key)
  if (address === undefined || (/^https?:\/\//.test(address) && URL.canParse(address))) return address
  return addProblem(source, key, 'must be an address such as https://files.example.com')
}

function readS3(source: Source): S3Settings | undefined {
  if (pick(source, 's3') === undefined) return undefined
  const s3 = readPart(source, 's3', [
    'endpoint',
    'region',
    'bucket',
    'prefix',
    'access_key_id',
    'secret_access_key',
  ])
  const need = (key: string): string => readText(s3, key) ?? addProblem(s3, key, 'is missing') ?? ''
  const region = readText(s3, 'region') ?? 'us-east-1'
  const prefix = readText(s3, 'prefix') ?? ''
  return {
    endpoint: readAddress(s3, 'endpoint') ?? `https://s3.${region}.amazonaws.com`,
    region,
    bucket: need('bucket'),
    prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`,
    accessKeyId: need('access_key_id'),
    secretAccessKey: need('secret_access_key'),
  }
}
