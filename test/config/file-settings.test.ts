// The settings of files: what is usual, what an app may have of its own, and how wrong ones are told.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'metaloom-config-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function read(yaml: string, environment: Record<string, string> = {}) {
  writeFileSync(join(directory, 'app.yaml'), yaml)
  return readConfig(environment, directory).files
}

test('files rest in the data folder when nobody says otherwise', () => {
  expect(read('data_dir: data')).toEqual({
    path: join(directory, 'data', 'files'),
    limits: { maxSize: 10_485_760, maxFiles: 5 },
    limitsOfApps: new Map(),
    publicUrl: '',
    sweepEvery: 600_000,
  })
})

test('an app has what is usual but for what it says', () => {
  const { limits, limitsOfApps } = read(`files:
  max_size: 1000
  accept: [image/*]
  apps:
    demo: { max_size: 5000 }
    other: { accept: [text/plain], max_files: 1 }`)
  expect(limits).toEqual({ maxSize: 1_000, maxFiles: 5, accept: ['image/*'] })
  expect(Object.fromEntries(limitsOfApps)).toEqual({
    demo: { maxSize: 5_000, maxFiles: 5, accept: ['image/*'] },
    other: { maxSize: 1_000, maxFiles: 1, accept: ['text/plain'] },
  })
})

test('a bucket can come from the file and the environment together', () => {
  const { s3, publicUrl } = read(
    's3: { bucket: loom, prefix: files }\nfiles: { public_url: "https://a.example/" }',
    {
      METALOOM_S3_ENDPOINT: 'http://127.0.0.1:9000',
      METALOOM_S3_ACCESS_KEY_ID: 'key',
      METALOOM_S3_SECRET_ACCESS_KEY: 'secret',
    },
  )
  expect(s3).toEqual({
    endpoint: 'http://127.0.0.1:9000',
    region: 'us-east-1',
    bucket: 'loom',
    prefix: 'files/',
    accessKeyId: 'key',
    secretAccessKey: 'secret',
  })
  expect(publicUrl).toBe('https://a.example')
})

test('everything that is wrong is told with its place', () => {
  const yaml = `files:
  max_size: 0
  max_files: many
  accept: [png]
  public_url: example.com
  sizes: 1
  apps: { demo: { accept: "image/*" } }
s3: { endpoint: somewhere }`
  expect(() => read(yaml)).toThrow(`The configuration is not usable:
  app.yaml files.max_size: must be a whole number from 1 to 5368709120, found 0
  app.yaml files.max_files: must be a whole number from 1 to 100, found "many"
  app.yaml files.sizes: is not known here; known are max_size, max_files, accept, path, public_url, sweep_minutes, apps
  app.yaml files.accept[0]: must be a type such as image/png or image/*, found "png"
  app.yaml s3.endpoint (or METALOOM_S3_ENDPOINT): must be an address such as https://files.example.com
  app.yaml s3.bucket (or METALOOM_S3_BUCKET): is missing
  app.yaml s3.access_key_id (or METALOOM_S3_ACCESS_KEY_ID): is missing
  app.yaml s3.secret_access_key (or METALOOM_S3_SECRET_ACCESS_KEY): is missing
  app.yaml files.apps.demo.accept: must be a list, found "image/*"
  app.yaml files.public_url (or METALOOM_PUBLIC_URL): must be an address such as https://files.example.com`)
})
