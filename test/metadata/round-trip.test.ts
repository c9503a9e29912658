// Whatever an app holds, its export makes the same app of an empty one, and that app's export is the same text.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseText, readDocument, writeDocument } from '../../src/metadata/document.ts'
import { planImport } from '../../src/metadata/import.ts'
import { type Saved, saveMetadata } from '../../src/metadata/store.ts'
import { dump } from '../../src/pipeline/reads/dump.ts'
import { seed } from '../../src/pipeline/seed.ts'
import { documents, makeRows } from '../support/document-generator.ts'
import { type App, startApp } from './app.ts'

const runs = process.env.METALOOM_TEST_SIZE === 'long' ? 150 : 4

async function importText(app: App, text: string): Promise<Saved> {
  const document = readDocument(parseText(text))
  return await saveMetadata(app.pool, planImport(document, true).edit, {
    verify: () => [],
    within: (sql, registry) => seed(sql, registry, document.sampleData),
  })
}

async function exportText(app: App, format: 'yaml' | 'json'): Promise<string> {
  const registry = await app.load()
  expect(registry.quarantined).toEqual([])
  return writeDocument(registry.definitions, format, await dump(app.pool, registry))
}

test('an export into an empty app gives the same export, byte for byte', async () => {
  const withRows = documents.chain((document) =>
    makeRows(document).map((rows) => ({ ...document, sample_data: rows })),
  )
  await fc.assert(
    fc.asyncProperty(withRows, fc.constantFrom('yaml', 'json'), async (document, format) => {
      const [one, two] = await Promise.all([startApp(), startApp()])
      try {
        await importText(one, JSON.stringify(document))
        const text = await exportText(one, format)
        expect(await importText(one, text)).toEqual({ revision: 1, steps: [] })
        await importText(two, text)
        expect(await exportText(two, format)).toBe(text)
      } finally {
        await Promise.all([one.stop(), two.stop()])
      }
    }),
    { numRuns: runs },
  )
}, 600_000)

test.each([
  { rows: 1, bytes: 1_000 },
  { rows: 9, bytes: 20 },
])('an export of more than $rows rows or $bytes bytes is refused', async (limits) => {
  const app = await startApp()
  try {
    await importText(
      app,
      'entities: [{ name: a }]\nsample_data: { a: [{ id: a0000000-0000-4000-8000-000000000000 }] }',
    )
    await app.pool`insert into "as" default values`
    await expect(dump(app.pool, await app.load(), limits)).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: `The app has more than ${limits.rows} rows or ${limits.bytes} bytes of them; export it without data and copy those with pg_dump`,
    })
  } finally {
    await app.stop()
  }
})
