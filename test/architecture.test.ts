// The laws of the layout: imports point left only, no circles, one home per library.
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import { beforeAll, describe, expect, test } from 'vitest'

const layers = [
  'errors',
  'log',
  'reader',
  'config',
  'outgoing',
  'database',
  'files',
  'metadata',
  'auth',
  'pipeline',
  'effects',
  'api',
  'server',
  'main',
  'cli',
]
const order = new Map(layers.map((layer, index) => [layer, index]))

/** Which folder, or file at the top, a module belongs to. */
function layerOf(path: string): string | undefined {
  return /^src\/([a-z-]+)(?:\/|\.ts$)/.exec(path)?.[1]
}

type Edge = Readonly<{ from: string; to: string; isCircular: boolean; isPackage: boolean }>
let edges: readonly Edge[] = []
let files: readonly string[] = []

beforeAll(async () => {
  const { output } = await cruise(['src'], {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
  })
  const { modules } = output as ICruiseResult
  files = modules.map((module) => module.source).filter((source) => source.startsWith('src/'))
  edges = modules
    .filter((module) => module.source.startsWith('src/'))
    .flatMap(({ source, dependencies }) =>
      dependencies.map((each) => ({
        from: source,
        to: each.resolved,
        isCircular: each.circular,
        isPackage: each.resolved.includes('node_modules/'),
      })),
    )
}, 60_000)

describe('the layout', () => {
  test('was really read', () => {
    expect(files.length).toBeGreaterThan(70)
    expect(edges.length).toBeGreaterThan(200)
  })

  test('has a layer for every file', () => {
    expect(files.filter((file) => !order.has(layerOf(file) ?? ''))).toEqual([])
  })

  test('has imports that point left only', () => {
    const wrong = edges.filter(({ from, to }) => {
      const [source, target] = [order.get(layerOf(from) ?? ''), order.get(layerOf(to) ?? '')]
      return source !== undefined && target !== undefined && layerOf(from) !== layerOf(to) && source <= target
    })
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
  })

  test('has a pipeline whose stages read, whose reads ask for rights, and never the other way', () => {
    const parts = ['rights', 'reads', 'stages'].map((part) => `src/pipeline/${part}/`)
    const partOf = (file: string): number => parts.findIndex((part) => file.startsWith(part))
    const wrong = edges.filter(({ from, to }) => partOf(from) >= 0 && partOf(from) < partOf(to))
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
  })

  test('has no circles', () => {
    expect(edges.filter((edge) => edge.isCircular).map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
  })

  test.each([
    ['postgres', /^src\/database\//],
    ['jose', /^src\/auth\//],
    ['argon2', /^src\/auth\//],
    ['undici', /^src\/outgoing\//],
    ['dataloader', /^src\/api\/generated\//],
    ['@pothos/core', /^src\/api\/fixed\//],
    ['graphql', /^src\/(api|server)\//],
    ['graphql-yoga', /^src\/server\//],
    ['@graphql-yoga/render-graphiql', /^src\/server\//],
    ['pino', /^src\/log\.ts$/],
    ['@opentelemetry', /^src\/server\/tracing\//],
    ['prom-client', /^src\/server\/metrics\//],
    ['aws4fetch', /^src\/files\//],
    ['file-type', /^src\/files\//],
    ['@fastify/busboy', /^src\/server\//],
    ['content-disposition', /^src\/server\//],
    ['fresh', /^src\/server\//],
    ['rate-limiter-flexible', /^src\/auth\//],
    ['big.js', /^src\/metadata\/expression\/number\.ts$/],
    ['re2js', /^src\/metadata\//],
    ['@sindresorhus/slugify', /^src\/pipeline\/stages\/slug\.ts$/],
    ['croner', /^src\/metadata\/workflows\/cron\.ts$/],
    ['fastest-levenshtein', /^src\/reader\.ts$/],
  ])('keeps the library %s in one home', (library, home) => {
    const users = edges
      .filter(({ to }) => to.includes(`node_modules/${library}/`) || to.startsWith(`${library}/`))
      .map(({ from }) => from)
    expect(users.length).toBeGreaterThan(0)
    expect(users.filter((file) => !home.test(file))).toEqual([])
  })

  test('has no file named after nothing', () => {
    const nothing = /\/(types|interfaces|lib|utils|util|common|base|index|helpers?)\.ts$/
    expect(files.filter((file) => nothing.test(file))).toEqual([])
  })
})
