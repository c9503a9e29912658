// docker-compose.yml: its settings are ones that the server takes, its files are there, and its proxy drops nobody.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readConfig } from '../../src/config.ts'
import { findRoute } from '../../src/server/routes.ts'
import { findFreePort } from '../support/free-port.ts'
import { type ServerProcess, startProcess } from '../support/process.ts'
import { findProgram, tellMissing } from '../support/programs.ts'
import { post, type Server, startTestServer } from '../support/server.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const haproxy = findProgram('haproxy')
if (haproxy === undefined) tellMissing('haproxy', 'the proxy of docker-compose.yml')

// biome-ignore lint/suspicious/noExplicitAny: a file of another program
const compose: any = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true })
const { services } = compose

/** Puts in variables as Compose does. */
function fill(text: string, variables: Record<string, string>): string {
  return text.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_all, name, kind, rest) => {
    if (variables[name]) return variables[name]
    if (kind === '-') return rest
    throw new Error(`${name}: ${rest}`)
  })
}

function readEnvironment(service: string, variables: Record<string, string>): Record<string, string> {
  const entries = Object.entries(services[service].environment as Record<string, string>)
  return Object.fromEntries(entries.map(([name, text]) => [name, fill(String(text), variables)]))
}

const secret = 'a secret of the tests, 0123456789 abcdefgh'
const dockerfile: string = services.server.build.dockerfile_inline
const inImage = Object.fromEntries(
  [...dockerfile.matchAll(/^ENV (\w+)=(\S+)$/gm)].map(([, name, value]) => [name, value]),
)

describe('the servers of docker-compose.yml', () => {
  test.each(['server', 'server-2'])('have settings that the server takes: %s', (service) => {
    const environment = { ...inImage, ...readEnvironment(service, { METALOOM_SECRET: secret }) }
    expect(readConfig(environment, '/app')).toMatchObject({
      isProduction: true,
      host: '0.0.0.0',
      port: 4000,
      dataDir: '/data',
      databaseUrl: 'postgres://metaloom:metaloom@database:5432/metaloom',
      secret,
      admin: { email: 'admin@example.com' },
      trustedProxies: [services.proxy.networks.default.ipv4_address],
      operations: { metrics: {} },
    })
  })

  test('do not start without a secret, and say what is missing', () => {
    expect(() => readEnvironment('server', {})).toThrow(
      'METALOOM_SECRET: set METALOOM_SECRET to random text of at least 32 characters',
    )
  })

  test('know every variable that they are given', () => {
    const code =
      readFileSync(join(root, 'src/config.ts'), 'utf8') +
      readFileSync(join(root, 'src/config/operations-settings.ts'), 'utf8')
    for (const name of Object.keys(readEnvironment('server', { METALOOM_SECRET: secret })))
      expect(code).toContain(`${name}:`)
  })

  test('are built of files that are there, by scripts that are there', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) =>
      files.split(' '),
    )
    expect(copied).toEqual([
      'package.json',
      'package-lock.json',
      'tsconfig.json',
      'tsconfig.build.json',
      'src',
    ])
    for (const file of copied) expect(existsSync(join(root, file))).toBe(true)
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(scripts.build).toContain('tsconfig.build.json')
    expect(`node ${JSON.parse(/^CMD (.+)$/m.exec(dockerfile)?.[1] ?? '')[1]}`).toBe(scripts.start)
  })

  test('are asked for their health where it is told, and have time to stop', () => {
    const { healthcheck, stop_grace_period: grace } = services.server
    const [, port, path] = /127\.0\.0\.1:(\d+)(\/\w+)/.exec(healthcheck.test.join(' ')) ?? []
    expect([port, findRoute(path ?? '').kind]).toEqual(['4000', 'ready'])
    const { stop } = readConfig({ NODE_ENV: 'production', METALOOM_SECRET: secret }, '/app').operations
    expect(Number.parseInt(grace, 10) * 1_000).toBeGreaterThan(stop.drain + stop.patience + 10_000)
  })

  test('leave PostgreSQL room for the connections of both', () => {
    const most = Number(/max_connections=(\d+)/.exec(services.database.command.join(' '))?.[1])
    expect(most).toBeGreaterThan(2 * readConfig({}, '/app').limits.connections)
  })

  test('use volumes, networks and configs that the file declares', () => {
    const volumes = Object.values<{ volumes?: string[] }>(services).flatMap((each) => each.volumes ?? [])
    expect(new Set(volumes.map((volume) => volume.split(':')[0]))).toEqual(
      new Set(Object.keys(compose.volumes)),
    )
    const [subnet] = compose.networks.default.ipam.config
    expect(services.proxy.networks.default.ipv4_address.split('.').slice(0, 3).join('.')).toBe(
      subnet.subnet.split('.').slice(0, 3).join('.'),
    )
    expect(services.proxy.configs.map(({ source }: { source: string }) => source)).toEqual(
      Object.keys(compose.configs),
    )
    for (const service of ['server-2', 'proxy']) expect(services[service].profiles).toEqual(['two'])
    for (const name of ['SERVER_1', 'SERVER_2'])
      expect(Object.keys(services)).toContain(services.proxy.environment[name].split(':')[0])
  })
})

const port = await findFreePort()
describe.runIf(haproxy)('the proxy of docker-compose.yml', () => {
  let folder: string
  let server: Server
  let proxy: ChildProcess
  const running: ServerProcess[] = []
  const url = `http://127.0.0.1:${port}`

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'metaloom-compose-'))
    server = await startTestServer()
    for (let count = 0; count < 2; count++)
      running.push(
        await startProcess(server.databaseUrl, join(folder, 'data'), {
          METALOOM_DRAIN_MS: '2500',
          METALOOM_TRUSTED_PROXIES: '127.0.0.1',
        }),
      )
    const config = join(folder, 'haproxy.cfg')
    await writeFile(config, compose.configs.proxy.content.replaceAll('$$', '$'))
    const [one, two] = running.map((each) => new URL(each.url).host)
    const env = { ...process.env, LISTEN: `127.0.0.1:${port}`, SERVER_1: one, SERVER_2: two }
    execFileSync(haproxy ?? '', ['-c', '-q', '-f', config], { env })
    proxy = spawn(haproxy ?? '', ['-db', '-f', config], { env, stdio: 'ignore' })
    while (
      !(await fetch(`${url}/readyz`).then(
        (reply) => reply.ok,
        () => false,
      ))
    )
      await sleep(50)
  })
  afterAll(async () => {
    proxy?.kill()
    if (proxy) await once(proxy, 'exit')
    await Promise.all(running.map((each) => each.kill('SIGINT')))
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  test('shows nobody the figures', async () => {
    expect((await fetch(`${url}/metrics`)).status).toBe(404)
    expect((await fetch(`${running[0]?.url}/metrics`)).status).toBe(200)
  })

  test('loses no request while one of the servers stops', async () => {
    const answers: string[] = []
    let isSending = true
    const sendOn = async () => {
      while (isSending) {
        const reply = await post(`${url}/api/demo/graphql`, '{ viewer { id } }', {}, server.token).catch(
          String,
        )
        answers.push(typeof reply === 'string' ? reply : `${reply.status} ${JSON.stringify(reply.errors)}`)
      }
    }
    const clients = Promise.all([sendOn(), sendOn(), sendOn()])
    await sleep(200)
    await running[0]?.kill('SIGTERM')
    const before = answers.length
    await sleep(200)
    isSending = false
    await clients
    expect([...new Set(answers)]).toEqual(['200 undefined'])
    expect(answers.length).toBeGreaterThan(before)
    expect(await running[0]?.ended).toBe(0)
  })
})
