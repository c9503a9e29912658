// Goal S8: from starting the process to the first answer of an app of 100 entities, with the embedded PostgreSQL already initialised.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Cleanup, runBounded } from '../cleanup.ts'
import { compileMetaloom } from '../compile.ts'
import { makeFolder } from '../folder.ts'
import { findNodes, type Node } from '../nodes.ts'
import { installMetaloom, logIn } from '../read/targets/metaloom.ts'
import { describeMachine, saveReport, writeTable } from '../report.ts'
import { summarize } from '../statistics.ts'
import { defineLiveApp, question } from './app.ts'

type Running = Readonly<{ port: number; stop(): Promise<void> }>
type Start = Readonly<{
  node: Node
  dist: string
  folder: string
  environment: Readonly<Record<string, string>>
  cleanup: Cleanup
}>

const longestStart = 60_000

/** Starts the server and resolves when it says that it is ready. */
async function start({ node, dist, folder, environment, cleanup }: Start): Promise<Running> {
  const child = spawn(node.path, [join(dist, 'main.js')], {
    cwd: folder,
    env: { PATH: process.env.PATH, NODE_ENV: 'production', HOST: '127.0.0.1', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
  }
  cleanup.add(stop)
  let output = ''
  child.stdout.on('data', (bytes: Buffer) => {
    output += bytes.toString()
  })
  const give = performance.now() + longestStart
  for (;;) {
    const port = /ready on http:\/\/[^\s/]+:(\d+)/.exec(output)?.[1]
    if (port !== undefined) return { port: Number(port), stop }
    if (performance.now() > give || child.exitCode !== null)
      throw new Error(`The server did not start: ${output}`)
    await wait(5)
  }
}

const { values } = parseArgs({
  options: { entities: { type: 'string', default: '100' }, rounds: { type: 'string', default: '5' } },
})
await runBounded(300, async (cleanup) => {
  const folder = await makeFolder(cleanup)
  const nodes = findNodes()
  const { environment, admin, dist } = await installMetaloom(await compileMetaloom(folder), {
    nodes,
    folder,
    databaseUrl: '',
    cleanup,
  })
  const first = await start({ node: nodes.own, dist, folder, environment, cleanup })
  await defineLiveApp(admin, first.port, Number(values.entities))
  const { headers, path } = await logIn(admin, first.port)
  await first.stop()
  const rows: string[][] = [['Node.js', 'ready, ms: median (least to most)', 'first answer, ms']]
  for (const node of [nodes.own, nodes.newest]) {
    const times: { ready: number; answered: number }[] = []
    for (let round = 0; round < Number(values.rounds); round += 1) {
      const begin = performance.now()
      const server = await start({ node, dist, folder, environment, cleanup })
      const ready = performance.now() - begin
      const reply = await fetch(`http://127.0.0.1:${server.port}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: question }),
      })
      const text = await reply.text()
      times.push({ ready, answered: performance.now() - begin })
      await server.stop()
      if (!text.startsWith('{"data":{"answer":{"nodes":[{')) throw new Error(`It answered ${text}`)
    }
    const describe = (numbers: readonly number[]): string => {
      const { median, least, most } = summarize(numbers)
      return `${median.toFixed(0)} (${least.toFixed(0)} to ${most.toFixed(0)})`
    }
    rows.push([
      node.version,
      describe(times.map(({ ready }) => ready)),
      describe(times.map(({ answered }) => answered)),
    ])
  }
  const text = ['# Cold start', `${describeMachine()} · ${values.entities} entities.`, writeTable(rows)].join(
    '\n\n',
  )
  await saveReport('start', text, { rows })
})
