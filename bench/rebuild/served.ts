// Goal S3 on whole servers: from saving a field to serving it, here and on a second instance, and the heap after 200 rebuilds.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runBounded } from '../cleanup.ts'
import { compileMetaloom } from '../compile.ts'
import { createHeapProbe } from '../heap.ts'
import { findNodes } from '../nodes.ts'
import { startDatabase } from '../read/database.ts'
import { startProcess } from '../read/process.ts'
import { describeMachine, saveReport } from '../report.ts'
import { defineApp, nextKey } from './definitions.ts'

type Sample = Readonly<{ saved: number; followed: number }>
type Heap = Readonly<{ before: number; after: number }>
type Result = Readonly<{ entities: number; samples: readonly Sample[]; heap: Heap }>

const admin = '/api/demo/admin/graphql'
const data = '/api/demo/graphql'
/** So many rebuilds come before the heap is looked at first. */
const warming = 10
const login = { email: 'bench@example.com', password: 'bench password' }

async function call(port: number, path: string, query: string, variables: unknown, token?: string) {
  const reply = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query, variables }),
  })
  return (await reply.json()) as {
    data?: Record<string, { token: string }>
    errors?: readonly { message: string }[]
  }
}

async function mustCall(...parameters: Parameters<typeof call>) {
  const { data: found, errors } = await call(...parameters)
  if (errors || !found) throw new Error(`The request failed: ${JSON.stringify(errors)}`)
  return found
}

function writeDocument(entities: number): string {
  const app = defineApp(entities)
  const relation = (name: string, previous: string) => ({
    name: 'previous',
    type: 'one_to_many',
    source: name,
    target: previous,
    target_key: nextKey,
    inverse: 'next',
  })
  return JSON.stringify({
    version: 1,
    entities: app.map(({ name, fields }) => ({ name, fields })),
    relations: app.map(({ name, previous }) => relation(name, previous)),
  })
}

/** Adds a field to the first entity; milliseconds until the mutation answers here, and until the other instance knows the field. */
async function addField(ports: readonly [number, number], token: string, count: number): Promise<Sample> {
  const [entity] = defineApp(1)
  const more = Array.from({ length: count }, (_, index) => ({ name: `more_${index}x`, type: 'int' }))
  const document = JSON.stringify({
    entities: [{ name: 'thing_0', fields: [...(entity?.fields ?? []), ...more] }],
  })
  const start = performance.now()
  await mustCall(
    ports[0],
    admin,
    'mutation($d: String!) { importMetadata(document: $d) { revision } }',
    { d: document },
    token,
  )
  const saved = performance.now() - start
  const query = `{ thing0s { nodes { more${count - 1}x } } }`
  await mustCall(ports[0], data, query, {}, token)
  while ((await call(ports[1], data, query, {}, token)).errors)
    if (performance.now() - start > 20_000) throw new Error('The second instance did not follow')
  return { saved, followed: performance.now() - start - saved }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function writeReport(results: readonly Result[]): string {
  const rows = results.map(({ entities, samples, heap }) => {
    const [saved, followed] = [samples.map((each) => each.saved), samples.map((each) => each.followed)]
    const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)
    return `| ${entities} | ${median(saved).toFixed(0)} (${Math.max(...saved).toFixed(0)}) | ${median(followed).toFixed(0)} (${Math.max(...followed).toFixed(0)}) | ${megabytes(heap.before)} | ${megabytes(heap.after)} |`
  })
  const head =
    '| entities | mutation answered and served here, ms: median (most) | served by the other instance after that, ms | heap before, MB | heap after the rebuilds, MB |'
  return [head, '| --- | --- | --- | --- | --- |', ...rows].join('\n')
}

const { values } = parseArgs({
  options: { entities: { type: 'string', default: '100' }, rebuilds: { type: 'string', default: '200' } },
})
await runBounded(900, async (cleanup) => {
  const folder = await mkdtemp(join(tmpdir(), 'metaloom-bench-'))
  cleanup.add(() => rm(folder, { recursive: true, force: true }))
  const dist = await compileMetaloom(folder)
  const { own } = findNodes()
  const results: Result[] = []
  for (const entities of values.entities.split(',').map(Number)) {
    const databaseUrl = await startDatabase(join(folder, `data${entities}`), cleanup)
    const environment = {
      PORT: '0',
      DATABASE_URL: databaseUrl,
      METALOOM_ADMIN_EMAIL: login.email,
      METALOOM_ADMIN_PASSWORD: login.password,
      METALOOM_SECRET: 'a secret of the bench, 0123456789 abcdefgh',
      METALOOM_DATA_DIR: folder,
      METALOOM_LOG_LEVEL: 'warn',
    }
    const heap = await createHeapProbe(folder, `heap${entities}`)
    const parameters = [...heap.flags, join(dist, 'main.js')]
    const server = { node: own.path, parameters, environment, directory: folder, cleanup }
    const first = await startProcess({
      ...server,
      environment: { ...environment, ...heap.environment },
    })
    const second = await startProcess(server)
    const token =
      (
        await mustCall(
          first,
          admin,
          'mutation($email: String!, $password: String!) { login(email: $email, password: $password) { token } }',
          login,
        )
      ).login?.token ?? ''
    await mustCall(
      first,
      admin,
      'mutation($d: String!) { importMetadata(document: $d) { revision } }',
      { d: writeDocument(entities) },
      token,
    )
    const samples: Sample[] = []
    let before = 0
    const count = Number(values.rebuilds)
    for (let index = 1; index <= count; index += 1) {
      if (index === warming) before = await heap.read()
      samples.push(await addField([first, second], token, index))
    }
    results.push({ entities, samples, heap: { before, after: await heap.read() } })
  }
  await saveReport('served', writeReport(results), { machine: describeMachine(), results })
})
