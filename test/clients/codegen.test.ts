// GraphQL code generator takes the schema of every set of roles, and what it makes compiles.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import ts from 'typescript'
import { afterAll, expect, test } from 'vitest'
import { generateClient, scalars } from '../support/codegen.ts'

const place = 'node_modules/.cache/metaloom-codegen'
afterAll(() => rm(place, { recursive: true, force: true }))

/** What the compiler finds wrong with strict settings. */
function compile(files: readonly string[]): readonly string[] {
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    verbatimModuleSyntax: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
  })
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

const products =
  'query Products($where: ProductFilter) { products(where: $where, first: 3) { nodes { nodeId id title price } pageInfo { endCursor } } }'
const bills =
  'query Bills { invoices { totalCount nodes { id number status total dueOn items { nodes { description unitPrice } } } } }'

test.each([
  ['anonymous', products],
  ['kiosk', `${products} mutation Add($input: CustomerCreateInput!) { createCustomer(input: $input) }`],
  ['customer', `${products} ${bills} subscription News { invoiceChanged { kind id node { status } } }`],
  [
    'accountant',
    `${products} ${bills} mutation Make($input: InvoiceCreateInput!) { createInvoice(input: $input) { id transitions { to allowed } } }`,
  ],
])(
  'the client preset makes TypeScript for those who are %s',
  async (role, operations) => {
    const config = { useTypeImports: true, enumsAsTypes: true, scalars }
    const made = await generateClient(`invoicing.${role}`, operations, { presetConfig: {}, config })
    const folder = join(place, role)
    await mkdir(folder, { recursive: true })
    for (const { filename, content } of made) await writeFile(join(folder, filename), content)
    expect(made.map(({ filename }) => filename).sort()).toEqual([
      'fragment-masking.ts',
      'gql.ts',
      'graphql.ts',
      'index.ts',
    ])
    expect(made.find(({ filename }) => filename === 'graphql.ts')?.content).toContain(
      'export const ProductsDocument',
    )
    expect(compile(made.map(({ filename }) => join(folder, filename)))).toEqual([])
  },
  60_000,
)

test('the types of examples/web are those of its operations', async () => {
  const operations = await readFile('examples/web/src/operations.graphql', 'utf8')
  const made = await generateClient('invoicing.accountant', operations, {
    presetConfig: { fragmentMasking: false, skipIndexFile: true },
    config: { useTypeImports: true, enumsAsTypes: true, scalars },
  })
  const types = made.find(({ filename }) => filename === 'graphql.ts')?.content
  await expect(types).toMatchFileSnapshot('../../examples/web/src/gql/graphql.ts')
})

test('examples/web needs the versions that the tests use', async () => {
  const read = async (path: string) => JSON.parse(await readFile(path, 'utf8'))
  const [root, web] = [await read('package.json'), await read('examples/web/package.json')]
  const here = { ...root.dependencies, ...root.devDependencies }
  const other = Object.entries({ ...web.dependencies, ...web.devDependencies }).filter(
    ([name, version]) => name in here && here[name] !== version,
  )
  expect(other).toEqual([])
})
