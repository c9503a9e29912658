// Runs GraphQL code generator's own packages with a configuration, as its command line does.
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { preset } from '@graphql-codegen/client-preset'
import { codegen } from '@graphql-codegen/core'
import { buildASTSchema, parse } from 'graphql'

export type Generated = readonly Readonly<{ filename: string; content: string }>[]
type Options = Readonly<{ presetConfig: Record<string, unknown>; config: Record<string, unknown> }>

/** The scalars of a Metaloom schema as TypeScript types. */
export const scalars = {
  BigInt: 'string',
  Decimal: 'string',
  Date: 'string',
  DateTime: 'string',
  Time: 'string',
  JSON: 'unknown',
  Upload: 'File',
}

/** What the client preset makes of operations and a schema snapshot. */
export async function generateClient(
  snapshot: string,
  operations: string,
  options: Options,
): Promise<Generated> {
  const schema = parse(await readFile(`schema-snapshots/${snapshot}.graphql`, 'utf8'))
  const files = await preset.buildGeneratesSection({
    baseOutputDir: 'gql/',
    schema,
    schemaAst: buildASTSchema(schema),
    documents: [{ location: 'operations.graphql', document: parse(operations), rawSDL: operations }],
    plugins: [],
    pluginMap: {},
    ...options,
  })
  return await Promise.all(
    files.map(async (file) => ({ filename: basename(file.filename), content: await codegen(file) })),
  )
}
