// Announcements that arrive, also after the connection or the whole server was lost.
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { connect, type Pool } from '../../src/database/connect.ts'
import { withDatabase } from '../../src/database/databases.ts'
import { type EmbeddedDatabase, startEmbedded } from '../../src/database/embedded.ts'
import { type Follower, type FollowOptions, follow } from '../../src/database/listen.ts'

// These tests stop the server and expect it back at the same address, so no other test may take it meanwhile.
const ownPort = '24929'
let folder = ''
let server: EmbeddedDatabase
let pool: Pool
let heard: string[] = []
let errors: unknown[] = []
let polls = 0
const followers: Follower[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metaloom-listen-'))
  await chmod(folder, 0o755)
  await mkdir(join(folder, 'postgres'))
  await writeFile(join(folder, 'postgres/port'), ownPort)
  server = await startServer()
})

beforeEach(() => {
  heard = []
  errors = []
  polls = 0
  pool = connect(server.url, { max: 1 })
})

afterEach(async () => {
  for (const follower of followers.splice(0)) await follower.stop()
  await pool.end({ timeout: 1 })
})

afterAll(async () => {
  await server.stop()
  await rm(folder, { recursive: true })
})

describe('follow', () => {
  it('hears what is announced', async () => {
    await start()

    await pool.notify('news', 'first')

    await vi.waitFor(() => expect(heard).toEqual(['first']))
  })

  it('looks for itself when listening begins, and regularly', async () => {
    await start({ pollEvery: 20 })

    await vi.waitFor(() => expect(polls).toBeGreaterThan(3))
  })

  it('looks for itself and hears again after its connection was ended', async () => {
    await start()
    await pool`select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%'`

    await vi.waitFor(() => expect(polls).toBe(2), { timeout: 4_000 })
    await pool.notify('news', 'later')

    await vi.waitFor(() => expect(heard).toEqual(['later']))
  })

  it('listens to a server that comes up later, and logs the outage once', async () => {
    await server.stop()
    await start()
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    server = await startServer()

    await vi.waitFor(() => expect(polls).toBe(1), { timeout: 4_000 })

    expect(errors).toEqual([expect.objectContaining({ code: 'ECONNREFUSED' })])
  })

  it('goes on with the poll alone where listening is refused', async () => {
    await start({ url: server.url.replace(/:[0-9a-f]+@/, ':wrong@'), pollEvery: 20 })

    await vi.waitFor(() => expect(polls).toBeGreaterThan(3))

    expect(errors).toEqual([expect.objectContaining({ code: '28P01' })])
  })

  it('logs what a caller throws and goes on', async () => {
    await start({
      onNotify(payload) {
        if (payload === 'bad') throw new Error('cannot bear it')
        heard.push(payload)
      },
    })
    await pool.notify('news', 'bad')

    await pool.notify('news', 'good')

    await vi.waitFor(() => expect(heard).toEqual(['good']))
    expect(errors).toEqual([new Error('cannot bear it')])
  })

  it('stops within a second while the server is gone, and does not come back with it', async () => {
    const follower = await start()
    await server.stop()
    await new Promise((resolve) => setTimeout(resolve, 600))
    const before = Date.now()

    await follower.stop()

    expect(Date.now() - before).toBeLessThan(1_000)
    server = await startServer()
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const others = await pool`select query from pg_stat_activity
      where backend_type = 'client backend' and pid <> pg_backend_pid()`
    expect(others).toEqual([])
  })
})

async function startServer(): Promise<EmbeddedDatabase> {
  const started = await startEmbedded({ dataDir: folder, durable: false })
  return { ...started, url: withDatabase(started.url, 'postgres') }
}

async function start(changes: Partial<FollowOptions> = {}): Promise<Follower> {
  const follower = await follow({
    url: server.url,
    channel: 'news',
    onNotify: (payload) => heard.push(payload),
    onPoll() {
      polls += 1
    },
    pollEvery: 60_000,
    log: (error) => errors.push(error),
    ...changes,
  })
  followers.push(follower)
  return follower
}
