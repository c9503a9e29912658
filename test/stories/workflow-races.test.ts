// Rivals: many who decide at once, decisions against deadlines, and two servers that run the same workflows.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type Pool, run } from '../../src/database/connect.ts'
import { leaveApp, leaveApproval } from '../support/leave.ts'
import { dataOf, errorOf, type Server, startTestServer } from '../support/server.ts'
import {
  askForLeave,
  awaitInstance,
  decide,
  hasEnded,
  importDocument,
  type ShownInstance,
  stepOf,
  waitsAt,
} from '../support/workflows.ts'

const chain = {
  name: 'letters',
  trigger: { type: 'record_created', entity: 'leave_request' },
  steps: ['one', 'two', 'three'].map((id, index, ids) => ({
    id,
    type: 'action',
    actions: [{ type: 'create_record', entity: 'letter', values: { text: { expression: 'record.reason' } } }],
    then: ids[index + 1] ?? 'end',
  })),
}
const nightly = {
  name: 'nightly',
  trigger: { type: 'schedule', cron: '0 3 * * *' },
  steps: [{ id: 'rest', type: 'action', actions: [{ type: 'send_event', event: 'night' }], then: 'end' }],
}

let servers: readonly [Server, Server]
let pool: Pool
beforeAll(async () => {
  const first = await startTestServer(undefined, { pollEvery: 200 })
  servers = [first, await startTestServer(first, { pollEvery: 200 })]
  pool = connect(first.appUrl, { max: 2 })
  await importDocument(first, leaveApp([leaveApproval, chain, nightly]))
})
afterAll(async () => {
  await pool?.end()
  await servers?.[1].stop()
  await servers?.[0].stop()
})

const rows = (text: string, ...values: unknown[]) => run(pool, { text, values })
const of = (index: number): Server => servers[index % 2 === 0 ? 0 : 1]

/** Long leave that waits for a decision. */
async function makeWaiting(reason: string): Promise<ShownInstance> {
  const recordId = await askForLeave(servers[0], 10, { reason })
  return await awaitInstance(servers[0], { recordId, workflow: 'leave_approval' }, waitsAt('manager'))
}

/** What came of an instance: its verdicts, the state of the leave, and how many letters grant it. */
async function readOutcome(instance: ShownInstance) {
  const filters = { recordId: instance.recordId, workflow: 'leave_approval' }
  const { state, history } = await awaitInstance(servers[0], filters, hasEnded)
  const query = `{ leaveRequest(id: "${instance.recordId}") { status } }`
  const { leaveRequest } = dataOf(await servers[0].send('data', query))
  const written = await rows(
    "select count(*)::int as count from _audit where record_id = $1 and actor = 'system:workflow'",
    instance.recordId,
  )
  return {
    state,
    verdicts: history.map(({ what }) => what).filter((what) => /APPROVED|REJECTED|TIMED_OUT/.test(what)),
    status: leaveRequest.status,
    writes: written[0]?.count,
  }
}

async function countGranted(): Promise<unknown> {
  const [row] = await rows("select count(*)::int as count from letters where text = 'Granted'")
  return row?.count
}

const late = (reply: Awaited<ReturnType<typeof decide>>) =>
  /^CONFLICT: This approval (was (approved|rejected) already|has run out of time)$/.test(errorOf(reply))

describe('a decision', () => {
  test('of ten at once is made once, and acted on once', async () => {
    const before = Number(await countGranted())
    const instance = await makeWaiting('ten')
    const id = stepOf(instance, 'manager')
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, index) => decide(of(index), 'approve', id, servers[0].token)),
    )
    expect(replies.filter(({ errors }) => !errors)).toHaveLength(1)
    expect(replies.filter(late)).toHaveLength(9)
    expect(await readOutcome(instance)).toEqual({
      state: 'COMPLETED',
      verdicts: ['APPROVED'],
      status: 'APPROVED',
      writes: 1,
    })
    expect(await countGranted()).toBe(before + 1)
  })

  test('to approve against one to reject leaves one of the two', async () => {
    for (let round = 0; round < 5; round++) {
      const instance = await makeWaiting('both')
      const id = stepOf(instance, 'manager')
      const replies = await Promise.all([
        decide(of(round), 'approve', id, servers[0].token),
        decide(of(round + 1), 'reject', id, servers[0].token),
      ])
      expect(replies.filter(late)).toHaveLength(1)
      const verdict = replies[0]?.errors ? 'REJECTED' : 'APPROVED'
      expect(await readOutcome(instance)).toEqual({
        state: 'COMPLETED',
        verdicts: [verdict],
        status: verdict,
        writes: 1,
      })
    }
  })

  test('against its deadline leaves one of the two', async () => {
    const instances = await Promise.all(Array.from({ length: 6 }, () => makeWaiting('late')))
    const verdicts = await Promise.all(
      instances.map(async (instance, index) => {
        const soon = "due_at = now() + $2::integer * interval '5 milliseconds'"
        const waiting = `update _workflow_steps set ${soon} where instance_id = $1 and state = 'waiting'`
        await rows(waiting, instance.id, index)
        await rows(`update _workflow_instances set ${soon} where id = $1`, instance.id, index)
        const reply = await decide(of(index), 'approve', stepOf(instance, 'manager'), servers[0].token)
        if (reply.errors) expect(late(reply)).toBe(true)
        return reply.errors ? 'TIMED_OUT' : 'APPROVED'
      }),
    )
    for (const [index, instance] of instances.entries())
      expect(await readOutcome(instance)).toEqual({
        state: 'COMPLETED',
        verdicts: [verdicts[index]],
        status: verdicts[index] === 'APPROVED' ? 'APPROVED' : 'REJECTED',
        writes: 1,
      })
  })
})

describe('two servers', () => {
  test('take each step of each instance once between them', async () => {
    const query =
      'mutation($inputs: [LeaveRequestCreateInput!]!) { createLeaveRequests(inputs: $inputs) { count } }'
    const inputsOf = (from: number) =>
      Array.from({ length: 15 }, (_, index) => ({ days: 1, reason: `once ${from + index}` }))
    await Promise.all(
      servers.map(async (server, index) =>
        dataOf(await server.send('data', query, { inputs: inputsOf(index * 15) })),
      ),
    )
    const open = "select 1 from _workflow_instances where workflow = 'letters' and state = 'running'"
    while ((await rows(open)).length > 0);
    const letters = await rows(
      "select text, count(*)::int as count from letters where text like 'once %' group by 1",
    )
    expect(letters).toHaveLength(30)
    expect(letters.filter(({ count }) => count !== 3)).toEqual([])
    const [steps] = await rows(
      "select count(*)::int as count from _workflow_history h join _workflow_instances i on i.id = h.instance_id where h.what = 'done' and i.trigger -> 'record' ->> 'reason' like 'once %'",
    )
    expect(steps?.count).toBe(90)
  })

  test('start what is due by a schedule once between them', async () => {
    const due =
      "update _workflow_schedules set due_at = now() - interval '1 minute' where workflow = 'nightly' returning 1"
    while ((await rows(due)).length === 0);
    await awaitInstance(servers[0], { workflow: 'nightly' }, hasEnded)
    for (const server of servers)
      dataOf(await server.send('data', 'mutation { createLetter(input: { text: "later" }) { id } }'))
    const [count] = await rows(
      "select count(*)::int as count from _workflow_instances where workflow = 'nightly'",
    )
    expect(count?.count).toBe(1)
  })

  test('go on with what the other has started when that stops', async () => {
    const third = await startTestServer(servers[0], { pollEvery: 200 })
    const recordId = await askForLeave(third, 10, { reason: 'handed over' })
    await third.stop()
    const instance = await awaitInstance(
      servers[0],
      { recordId, workflow: 'leave_approval' },
      waitsAt('manager'),
    )
    dataOf(await decide(servers[1], 'approve', stepOf(instance, 'manager'), servers[0].token))
    expect((await readOutcome(instance)).status).toBe('APPROVED')
  })
})
