// A backup and what comes of it, by the commands of docs/operations.md: the restored server is the old one, whoever asks.
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { usualLimits } from '../../src/config/limits.ts'
import { readConfig } from '../../src/config.ts'
import { connect } from '../../src/database/connect.ts'
import { createLog } from '../../src/log.ts'
import { startServer } from '../../src/server/start.ts'
import { png, upload } from '../support/files.ts'
import { findFreePort } from '../support/free-port.ts'
import { findPostgresPrograms, tellMissing } from '../support/programs.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { dataOf, logIn, post } from '../support/server.ts'

const programs = findPostgresPrograms()
if (programs === undefined) tellMissing('pg_dump with its server', 'the story of backup and restore')
const guide = readFileSync(fileURLToPath(new URL('../../docs/operations.md', import.meta.url)), 'utf8')

/** The commands of the guide that begin with a comment of that name. */
function findCommands(name: string): string {
  const found = new RegExp(`\`\`\`sh[^\\n]*\\n(# ${name}: [\\s\\S]*?)\`\`\``).exec(guide)?.[1]
  if (found === undefined) throw new Error(`The guide has no commands named ${name}`)
  return found
}

type Cluster = Readonly<{ port: number; url: string; stop(): Promise<void> }>

/** PostgreSQL refuses to be root. */
function findOwner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const [, , uid, gid] =
    /^(?:postgres|nobody):.*$/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[0].split(':') ?? []
  return { uid: Number(uid), gid: Number(gid) }
}

/** A PostgreSQL server of its own, with nothing in it. */
async function startCluster(folder: string): Promise<Cluster> {
  const owner = findOwner() ?? {}
  const place = join(folder, 'cluster')
  const bin = (name: string): string => join(programs ?? '', name)
  execFileSync(
    bin('initdb'),
    ['-D', place, '-U', 'metaloom', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C'],
    { ...owner, stdio: 'ignore', cwd: folder },
  )
  const port = await findFreePort()
  const settings = [
    '-D',
    place,
    '-p',
    String(port),
    '-k',
    '',
    '-c',
    'fsync=off',
    '-c',
    'listen_addresses=127.0.0.1',
  ]
  const child: ChildProcess = spawn(bin('postgres'), settings, { ...owner, stdio: 'ignore', cwd: folder })
  const url = `postgres://metaloom@127.0.0.1:${port}/metaloom`
  for (const probe = `postgres://metaloom@127.0.0.1:${port}/postgres`; ; await sleep(50)) {
    const pool = connect(probe, { max: 1 })
    const isUp = await pool`select 1`.then(
      () => true,
      () => false,
    )
    await pool.end({ timeout: 1 })
    if (isUp) break
  }
  return {
    port,
    url,
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGINT')
      await ended
    },
  }
}

async function start(databaseUrl: string, dataDir: string) {
  const environment = {
    DATABASE_URL: databaseUrl,
    METALOOM_DATA_DIR: dataDir,
    METALOOM_ADMIN_EMAIL: 'admin@example.com',
    METALOOM_ADMIN_PASSWORD: 'correct horse battery',
    METALOOM_ALLOW_PRIVATE_WEBHOOKS: '1',
    METALOOM_LOG_LEVEL: 'silent',
    METALOOM_WEBHOOK_RETRY_MS: '1000',
    PORT: '0',
  }
  return await startServer(readConfig(environment, dataDir), createLog('silent'))
}

const makeFolder = async (name: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), `metaloom-${name}-`))
  await chmod(folder, 0o777)
  return folder
}

const document = (hook: string) =>
  JSON.stringify({
    version: 1,
    entities: [
      {
        name: 'picture',
        fields: [
          { name: 'title', type: 'string', required: true },
          { name: 'image', type: 'file' },
        ],
      },
    ],
    permissions: [{ entity: 'picture', action: 'read', roles: ['clerk'] }],
    webhooks: [{ entity: 'picture', hook: 'after_write', url: hook }],
  })

describe.runIf(programs)('a backup by the commands of the guide', () => {
  const folders: string[] = []
  const stops: (() => Promise<void>)[] = []
  let receiver: Receiver

  beforeAll(async () => {
    receiver = await startReceiver()
  })
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop()
    await receiver?.stop()
    for (const folder of folders) await rm(folder, { recursive: true, force: true })
  })

  const run = async (name: string, cluster: Cluster, dataDir: string, backup: string) =>
    await promisify(execFile)('sh', ['-euc', findCommands(name)], {
      env: {
        ...process.env,
        PATH: `${programs}:${process.env.PATH}`,
        PGHOST: '127.0.0.1',
        PGPORT: String(cluster.port),
        PGUSER: 'metaloom',
        PGPASSWORD: 'x',
        PLATFORM: 'metaloom',
        METALOOM_DATA_DIR: dataDir,
        BACKUP: backup,
      },
    })

  test('holds everything: a server restored from it answers the same to the same tokens, and sends what waited', async () => {
    const [one, two, dataOne, dataTwo, backup] = (await Promise.all(
      ['one', 'two', 'data-one', 'data-two', 'backup'].map(makeFolder),
    )) as [string, string, string, string, string]
    folders.push(one, two, dataOne, dataTwo, backup)
    const [first, second] = await Promise.all([startCluster(one), startCluster(two)])
    stops.push(first.stop, second.stop)

    const old = await start(first.url, dataOne)
    const token = await logIn(old.url)
    const send = (base: string, api: string, query: string, variables = {}, own: string | null = token) =>
      post(`${base}/api/${api}/graphql`, query, variables, own)
    dataOf(
      await send(
        old.url,
        'demo/admin',
        'mutation($d: String!) { importMetadata(document: $d) { revision } }',
        { d: document(`${receiver.url}/hook`) },
      ),
    )
    dataOf(
      await send(
        old.url,
        'demo/admin',
        'mutation { createUser(input: { email: "clerk@example.com", password: "a long password", roles: ["clerk"] }) { id } }',
      ),
    )
    const session = dataOf(
      await send(
        old.url,
        'demo',
        'mutation { login(email: "clerk@example.com", password: "a long password") { token refreshToken } }',
        {},
        null,
      ),
    ).login
    const platformToken = dataOf(
      await send(
        old.url,
        '_platform',
        'mutation { login(email: "admin@example.com", password: "correct horse battery") { token } }',
        {},
        null,
      ),
    ).login.token
    const shop = dataOf(
      await send(
        old.url,
        '_platform',
        'mutation { createApp(name: "shop") { adminEmail adminPassword } }',
        {},
        platformToken,
      ),
    ).createApp
    const file = dataOf(
      await upload(old.url, token, { name: 'dot.png', type: 'image/png', bytes: png }),
    ).uploadFile
    receiver.respond(() => ({ status: 503 }))
    for (const title of ['a', 'b', 'c'])
      dataOf(
        await send(
          old.url,
          'demo',
          'mutation($t: String!, $f: ID) { createPicture(input: { title: $t, image: $f }) { id } }',
          { t: title, f: title === 'a' ? file.id : null },
        ),
      )
    const list = (after: string | null) =>
      `{ pictures(first: 2, orderBy: [{ title: ASC }]${after === null ? '' : `, after: "${after}"`}) { totalCount nodes { nodeId title image { filename checksum url } } pageInfo { endCursor } } }`
    const page = dataOf(await send(old.url, 'demo', list(null)))
    const next = dataOf(await send(old.url, 'demo', list(page.pictures.pageInfo.endCursor)))
    const link = page.pictures.nodes[0].image.url
    // Transactions of the old server have far higher numbers than any of a new one.
    const pool = connect(first.url.replace(/metaloom$/, 'metaloom_demo'), {
      max: 1,
      limits: { ...usualLimits, statementTimeout: 60_000 },
    })
    await pool.unsafe(
      'do $$ begin for i in 1..5000 loop perform pg_current_xact_id(); commit; end loop; end $$',
    )
    await pool.end()
    dataOf(await send(old.url, 'demo', 'mutation { createPicture(input: { title: "d" }) { id } }'))

    await run('backup', first, dataOne, backup)
    await old.stop()
    receiver.clear()
    receiver.respond(() => ({ status: 200 }))
    await run('restore', second, dataTwo, backup)
    // What was tried before waits for its next turn; this is that turn.
    const due = connect(second.url.replace(/metaloom$/, 'metaloom_demo'), { max: 1 })
    await due`update _deliveries set due_at = now() where state = 'waiting'`
    await due.end()
    const restored = await start(second.url, dataTwo)
    stops.push(restored.stop)

    expect(restored.apps).toEqual(['demo', 'shop'])
    const again = dataOf(await send(restored.url, 'demo', list(null)))
    expect(again).toEqual({ pictures: { ...page.pictures, totalCount: 4 } })
    const after = dataOf(await send(restored.url, 'demo', list(page.pictures.pageInfo.endCursor)))
    expect(after.pictures.nodes[0]).toEqual(next.pictures.nodes[0])
    expect(
      dataOf(await send(restored.url, 'demo', '{ viewer { email } }', {}, session.token)).viewer.email,
    ).toBe('clerk@example.com')
    const refresh = 'mutation($t: String!) { refreshSession(refreshToken: $t) { token } }'
    expect(
      dataOf(await send(restored.url, 'demo', refresh, { t: session.refreshToken }, null)).refreshSession
        .token,
    ).toEqual(expect.any(String))
    expect(
      dataOf(await send(restored.url, '_platform', '{ apps { name } }', {}, platformToken)).apps,
    ).toEqual([{ name: 'demo' }, { name: 'shop' }])
    const enter = 'mutation($e: String!, $p: String!) { login(email: $e, password: $p) { token } }'
    expect(
      dataOf(
        await send(restored.url, 'shop/admin', enter, { e: shop.adminEmail, p: shop.adminPassword }, null),
      ).login.token,
    ).toEqual(expect.any(String))
    const bytes = await fetch(`${restored.url}${link}`)
    expect([bytes.status, Buffer.from(await bytes.arrayBuffer()).equals(png)]).toEqual([200, true])
    const told = await receiver.await(4)
    expect(new Set(told.map(({ message }) => message.record.title))).toEqual(new Set(['a', 'b', 'c', 'd']))
    dataOf(await send(restored.url, 'demo', 'mutation { createPicture(input: { title: "e" }) { id } }'))
    await receiver.await(1, ({ message }) => message.record.title === 'e')
  })
})
