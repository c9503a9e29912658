// kill -9 of the server in the midst of a step: its writes and the way to the next step are both there or neither, and go on once.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { connect, type Pool, run } from '../../src/database/connect.ts'
import { dropDatabase, withDatabase } from '../../src/database/databases.ts'
import { type Failpoint, stepFailpoints } from '../support/failpoints.ts'
import { leaveApp } from '../support/leave.ts'
import { type ServerProcess, startProcess } from '../support/process.ts'
import { dataOf, logIn, post } from '../support/server.ts'

const rounds = process.env.METALOOM_TEST_SIZE === 'long' ? 20 * stepFailpoints.length : 3
const failing = fileURLToPath(new URL('../support/failing-main.ts', import.meta.url))
/** Each leave request gets a letter by each of these steps, one after the other. */
const steps = ['first', 'second', 'third', 'fourth'] as const
const workflow = {
  name: 'letters',
  trigger: { type: 'record_created', entity: 'leave_request' },
  steps: steps.map((id, index) => ({
    id,
    type: 'action',
    actions: [
      {
        type: 'create_record',
        entity: 'letter',
        values: { text: { expression: `concat(record.reason, ' ${id}')` } },
      },
    ],
    then: steps[index + 1] ?? 'end',
  })),
}

const databaseName = `k_${randomUUID().replaceAll('-', '').slice(0, 20)}`
const platformUrl = withDatabase(inject('databaseUrl'), databaseName)
const appUrl = withDatabase(platformUrl, `${databaseName}_demo`)
const acknowledged: string[] = []
const missed: number[] = []
let dataDir: string
let pool: Pool
let running: ServerProcess | undefined
let kept = ''
let loggedInAt = Number.NEGATIVE_INFINITY

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'metaloom-kill-workflows-'))
  pool = connect(appUrl, { max: 1 })
})
afterAll(async () => {
  await running?.kill('SIGTERM')
  await pool.end()
  for (const url of [appUrl, platformUrl]) await dropDatabase(url)
  await rm(dataDir, { recursive: true, force: true })
})

type Client = (api: 'data' | 'admin', query: string, variables: object) => ReturnType<typeof post>

/** Starts the server in a process that ends itself at the failpoint of its step number `count`; without one it lives on. */
async function start(failpoint?: Failpoint, count = 1): Promise<Client> {
  const change = { TEST_FAILPOINT: failpoint ?? '', TEST_FAILPOINT_COUNT: String(count) }
  running = await startProcess(platformUrl, dataDir, change, failpoint && failing)
  const { url } = running
  const addresses = { data: '/api/demo/graphql', admin: '/api/demo/admin/graphql' }
  const token = await findToken(url)
  return (api, query, variables) => post(`${url}${addresses[api]}`, query, variables, token)
}

/** All servers share a secret, so a token is good for each; too many log-ins in a quarter of an hour are refused. */
async function findToken(url: string): Promise<string> {
  if (performance.now() - loggedInAt > 600_000) {
    kept = await logIn(url)
    loggedInAt = performance.now()
  }
  return kept
}

/** A step that was run again may pass by its point: then the server is killed at some other. */
async function endInTime(round: number): Promise<void> {
  const late = sleep(60_000, 'late', { ref: false })
  const end = await Promise.race([running?.ended, late])
  if (end === 'late') {
    missed.push(round)
    await running?.kill('SIGKILL')
  }
  expect(await running?.ended).toBe('SIGKILL')
}

async function define(send: Client): Promise<void> {
  const query = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
  dataOf(await send('admin', query, { document: JSON.stringify(leaveApp([workflow])) }))
}

async function askForLeave(send: Client, reason: string): Promise<void> {
  const query = 'mutation($input: LeaveRequestCreateInput!) { createLeaveRequest(input: $input) { id } }'
  dataOf(await send('data', query, { input: { days: 1, reason } }))
  acknowledged.push(reason)
}

const rows = (text: string, values: unknown[] = []) => run(pool, { text, values })

/** PostgreSQL may still be busy with what a dead server sent. */
async function awaitSilence(): Promise<void> {
  const others =
    'select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'
  while ((await rows(others)).length > 0);
}

const isOpen = "select 1 from _workflow_instances where state = 'running' limit 1"
const step = "concat(i.trigger -> 'record' ->> 'reason', ' ', s.step) as text"
const tables = {
  written: 'select text from letters',
  taken: `select ${step} from _workflow_steps s join _workflow_instances i on i.id = s.instance_id where s.state = 'done'`,
  noted: `select ${step} from _workflow_history s join _workflow_instances i on i.id = s.instance_id where s.what = 'done'`,
}

/** The letters that were written, or the steps behind them that were taken or noted. */
async function list(what: keyof typeof tables): Promise<readonly string[]> {
  return (await rows(tables[what])).map(({ text }) => String(text)).sort()
}

describe('a workflow whose server is killed', () => {
  const cases = Array.from({ length: rounds }, (_, index) => {
    const point = stepFailpoints[(index * 2) % stepFailpoints.length] as Failpoint
    return [point, index + 1] as const
  })

  test.each(cases)('%s has taken each step as a whole or not at all (round %i)', async (point, round) => {
    const fatal = 1 + (round % steps.length)
    const send = await start(point, fatal).catch(() => undefined)
    if (send && round === 1) await define(send)
    if (send) await askForLeave(send, `round ${round}`).catch(() => undefined)
    await endInTime(round)
    await awaitSilence()
    const letters = await list('written')
    expect(await list('taken')).toEqual(letters)
    expect(await list('noted')).toEqual(letters)
  })

  test('goes on with the next server until every step was taken once', async () => {
    const send = await start()
    await askForLeave(send, 'last')
    while ((await rows(isOpen)).length > 0);
    const created = await rows('select reason from leave_requests')
    const reasons = created.map(({ reason }) => String(reason))
    expect(reasons).toEqual(expect.arrayContaining(acknowledged))
    const wanted = reasons.flatMap((reason) => steps.map((each) => `${reason} ${each}`)).sort()
    expect(await list('written')).toEqual(wanted)
    expect(await list('taken')).toEqual(wanted)
    expect(missed.length).toBeLessThanOrEqual(rounds / 20)
    expect(await rows("select 1 from _workflow_instances where state <> 'completed'")).toEqual([])
  })
})
