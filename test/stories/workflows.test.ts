// Workflows through the front door: records start them, conditions part them, people decide, records change.
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { connect, run } from '../../src/database/connect.ts'
import { leaveApp, leaveApproval } from '../support/leave.ts'
import { dataOf, errorOf, post, type Server, startTestServer } from '../support/server.ts'
import {
  askForLeave,
  awaitInstance,
  decide,
  hasEnded,
  importDocument,
  makePerson,
  type Person,
  stepOf,
  tellHistory,
  waitsAt,
} from '../support/workflows.ts'

const all = (action: string, role: string, more: object = {}) => ({
  entity: 'leave_request',
  action,
  roles: [role],
  ...more,
})
const permissions = [
  all('read', 'manager', { conditions: [{ field: 'is_hidden', operator: 'eq', value: false }] }),
  ...['read', 'create', 'update'].map((action) => all(action, 'employee')),
]
const asking = (name: string, days: number, more: object) => ({
  name,
  trigger: { type: 'state_change', entity: 'leave_request', field: 'days', to: days },
  steps: [{ id: 'ask', type: 'approval', on_approve: 'end', on_reject: 'end', ...more }],
})
const workflows = [
  leaveApproval,
  asking('own_manager', 101, { assignee: { type: 'field', path: 'record.manager_id' } }),
  asking('four_eyes', 102, { assignee: { type: 'role', role: 'employee' }, four_eyes: true }),
]

let server: Server
let manager: Person
let employee: Person
let colleague: Person
beforeAll(async () => {
  server = await startTestServer()
  await importDocument(server, leaveApp(workflows, permissions))
  manager = await makePerson(server, 'manager', 'manager')
  employee = await makePerson(server, 'employee', 'employee')
  colleague = await makePerson(server, 'colleague', 'employee')
})
afterAll(() => server?.stop())

async function readLeave(id: string) {
  const query =
    'query($id: ID!) { leaveRequest(id: $id) { status decidedAt } letters { nodes { text days } } }'
  return dataOf(await server.send('data', query, { id }))
}

/** Makes a leave request by which a workflow asks at once; tells its instance. */
async function makeAsked(days: number, more: object, token = server.token) {
  const query = 'mutation($input: LeaveRequestCreateInput!) { createLeaveRequest(input: $input) { id } }'
  const reply = await server.send('data', query, { input: { days, ...more } }, token)
  const recordId = dataOf(reply).createLeaveRequest.id
  return await awaitInstance(server, { recordId }, waitsAt('ask'))
}

async function listPending(token: string): Promise<readonly string[]> {
  const query = '{ pendingApprovals(first: 100) { totalCount nodes { id } } }'
  const { nodes, totalCount } = dataOf(await server.send('data', query, {}, token)).pendingApprovals
  expect(totalCount).toBe(nodes.length)
  return nodes.map(({ id }: { id: string }) => id)
}

describe('the leave approval', () => {
  test('grants short leave by itself', async () => {
    const recordId = await askForLeave(server, 2)
    const instance = await awaitInstance(server, { recordId }, hasEnded)
    expect(instance).toMatchObject({ workflow: 'leave_approval', state: 'COMPLETED', error: null })
    expect(tellHistory(instance)).toEqual(['STARTED', 'DONE check false', 'DONE approve', 'COMPLETED'])
    const { leaveRequest, letters } = await readLeave(recordId)
    expect([leaveRequest.status, letters.nodes]).toEqual(['APPROVED', [{ text: 'Granted', days: 2 }]])
  })

  test('asks a manager for long leave', async () => {
    const recordId = await askForLeave(server, 10)
    const waiting = await awaitInstance(server, { recordId }, waitsAt('manager'))
    const id = stepOf(waiting, 'manager')
    const query = '{ pendingApprovals { totalCount nodes { id workflow step entity recordId } } }'
    expect(dataOf(await server.send('data', query, {}, manager.token)).pendingApprovals).toEqual({
      totalCount: 1,
      nodes: [{ id, workflow: 'leave_approval', step: 'manager', entity: 'leave_request', recordId }],
    })
    const reply = await decide(server, 'approve', id, manager.token, 'Enjoy')
    expect(dataOf(reply).decided.approvals).toEqual([
      { step: 'manager', verdict: 'APPROVED', comment: 'Enjoy' },
    ])
    const done = await awaitInstance(server, { recordId }, hasEnded)
    expect(tellHistory(done)).toEqual([
      'STARTED',
      'DONE check true',
      'ASKED manager role manager',
      'APPROVED manager Enjoy',
      'DONE approve',
      'COMPLETED',
    ])
    expect(done.history[3]?.actor).toBe(`user:${manager.id}`)
    expect((await readLeave(recordId)).leaveRequest.status).toBe('APPROVED')
    expect(errorOf(await decide(server, 'reject', id, manager.token))).toBe(
      'CONFLICT: This approval was approved already',
    )
  })

  test('writes as the system, in the wake of who asked, by the road of every write', async () => {
    const recordId = await askForLeave(server, 1, {}, employee.token)
    await awaitInstance(server, { recordId }, hasEnded)
    const query = `{ auditLog(entity: "leave_request", recordId: "${recordId}") { nodes { actor userId changed } } }`
    const [entry] = dataOf(await server.send('admin', query)).auditLog.nodes
    expect(entry).toEqual({
      actor: 'system:workflow',
      userId: employee.id,
      changed: expect.arrayContaining(['status', 'decided_at']),
    })
  })

  test('takes what a manager rejects to where it belongs', async () => {
    const recordId = await askForLeave(server, 30)
    const waiting = await awaitInstance(server, { recordId }, waitsAt('manager'))
    dataOf(await decide(server, 'reject', stepOf(waiting, 'manager'), manager.token, 'Too long'))
    await awaitInstance(server, { recordId }, hasEnded)
    expect((await readLeave(recordId)).leaveRequest.status).toBe('REJECTED')
  })
})

describe('an approval', () => {
  test('is for the user whom a field of the record names', async () => {
    const id = stepOf(await makeAsked(101, { managerId: manager.id }), 'ask')
    expect([await listPending(manager.token), await listPending(employee.token)]).toEqual([[id], []])
    expect(errorOf(await decide(server, 'approve', id, employee.token))).toBe(
      'FORBIDDEN: This is for another user to decide',
    )
    expect(dataOf(await decide(server, 'approve', id, manager.token)).decided.approvals[0].verdict).toBe(
      'APPROVED',
    )
    expect(await listPending(manager.token)).toEqual([])
  })

  test('fails visibly where that field is empty, and goes on when it was filled and tried again', async () => {
    const query = 'mutation { createLeaveRequest(input: { days: 101 }) { id } }'
    const recordId = dataOf(await server.send('data', query)).createLeaveRequest.id
    const failed = await awaitInstance(server, { recordId }, hasEnded)
    expect([failed.state, failed.error]).toEqual([
      'FAILED',
      'VALIDATION_FAILED: Nobody can decide ask: the place that should name a user is empty',
    ])
    const update = `mutation { updateLeaveRequest(id: "${recordId}", input: { managerId: "${manager.id}" }) { id } }`
    dataOf(await server.send('data', update))
    const retry = `mutation { retryWorkflowInstance(id: "${failed.id}") { state error } }`
    expect(dataOf(await server.send('admin', retry)).retryWorkflowInstance).toEqual({
      state: 'RUNNING',
      error: null,
    })
    const waiting = await awaitInstance(server, { recordId }, waitsAt('ask'))
    expect(tellHistory(waiting)).toContain('RETRIED')
    expect(errorOf(await server.send('admin', retry))).toBe(
      'CONFLICT: The instance is running and cannot be tried again; only one that failed can',
    )
    dataOf(await decide(server, 'reject', stepOf(waiting, 'ask'), manager.token))
  })

  test('with four eyes is not for who caused the workflow, administrators included', async () => {
    const own = stepOf(await makeAsked(102, {}, employee.token), 'ask')
    expect([await listPending(employee.token), await listPending(colleague.token)]).toEqual([[], [own]])
    const refusal = 'FORBIDDEN: You caused this workflow, and somebody else must decide this step'
    expect(errorOf(await decide(server, 'approve', own, employee.token))).toBe(refusal)
    dataOf(await decide(server, 'approve', own, colleague.token))
    const admins = stepOf(await makeAsked(102, {}), 'ask')
    expect(errorOf(await decide(server, 'approve', admins, server.token))).toBe(refusal)
    expect(await listPending(server.token)).not.toContain(admins)
    dataOf(await decide(server, 'approve', admins, employee.token))
  })

  test('about a record that one may not see is not there', async () => {
    const instance = await makeAsked(101, { managerId: manager.id, isHidden: true })
    const id = stepOf(instance, 'ask')
    const none = '00000000-0000-4000-8000-000000000000'
    expect(await listPending(manager.token)).toEqual([])
    const query = 'query($id: ID!) { workflowInstance(id: $id) { id } }'
    const hidden = await server.send('data', query, { id: instance.id }, manager.token)
    const absent = await server.send('data', query, { id: none }, manager.token)
    expect(dataOf(hidden)).toEqual(dataOf(absent))
    const refusal = (step: string) => `NOT_FOUND: There is no approval with the id "${step}"`
    expect(errorOf(await decide(server, 'approve', id, manager.token))).toBe(refusal(id))
    expect(errorOf(await decide(server, 'approve', none, manager.token))).toBe(refusal(none))
    expect(errorOf(await decide(server, 'approve', 'x', manager.token))).toBe(refusal('x'))
    const seen = dataOf(await server.send('data', query, { id: instance.id }, employee.token))
    expect(seen.workflowInstance).toEqual({ id: instance.id })
    dataOf(await decide(server, 'approve', id, server.token))
  })

  test('needs a token', async () => {
    const reply = await post(server.address('data'), '{ pendingApprovals { totalCount } }')
    expect(errorOf(reply)).toBe(
      'UNAUTHENTICATED: This needs a token; call login and send "Authorization: Bearer <token>"',
    )
  })

  test('stands in pages', async () => {
    const ids = []
    for (let count = 0; count < 3; count++)
      ids.push(stepOf(await makeAsked(101, { managerId: manager.id }), 'ask'))
    const query =
      'query($after: String) { pendingApprovals(first: 2, after: $after) { totalCount hasNextPage endCursor nodes { id } } }'
    const read = async (after?: string) =>
      dataOf(await server.send('data', query, { after }, manager.token)).pendingApprovals
    const first = await read()
    const second = await read(first.endCursor)
    expect([first.totalCount, first.hasNextPage, second.hasNextPage]).toEqual([3, true, false])
    expect([...first.nodes, ...second.nodes].map(({ id }: { id: string }) => id)).toEqual(ids)
    const odd = await server.send('data', query, { after: 'x' }, manager.token)
    expect(errorOf(odd)).toMatch(/^BAD_USER_INPUT: after is not a cursor of this list/)
    for (const id of ids) dataOf(await decide(server, 'approve', id, manager.token))
  })

  test('takes a comment of a sensible length', async () => {
    const id = stepOf(await makeAsked(101, { managerId: manager.id }), 'ask')
    expect(errorOf(await decide(server, 'approve', id, manager.token, 'x'.repeat(10_001)))).toBe(
      'BAD_USER_INPUT: comment must be text of at most 10000 characters',
    )
    dataOf(await decide(server, 'approve', id, manager.token, 'x'.repeat(10_000)))
  })
})

describe('the example of the documentation', () => {
  /** The blocks of a language in docs/workflows.md. */
  async function readBlocks(language: string): Promise<readonly string[]> {
    const text = await readFile('docs/workflows.md', 'utf8')
    return [...text.matchAll(new RegExp(`\`\`\`${language}[^\n]*\n(.*?)\`\`\``, 'gs'))].map(
      ([, block = '']) => block,
    )
  }

  beforeAll(async () => {
    const pool = connect(server.appUrl, { max: 1 })
    await run(pool, { text: 'delete from leave_requests', values: [] })
    await pool.end()
    await importDocument(server, parse(await readFile('examples/leave-requests.yaml', 'utf8')))
  })

  test('takes long leave past a manager and a second pair of eyes', async () => {
    const office = await makePerson(server, 'office', 'staff_office', 'employee')
    const both = await makePerson(server, 'both', 'staff_office', 'employee')
    const input = { employeeId: both.id, managerId: manager.id, firstDay: '2026-08-03', days: 10 }
    const recordId = await askForLeave(server, 10, input, both.token)
    const first = await awaitInstance(server, { recordId }, waitsAt('ask_manager', 'taken_back'))
    dataOf(await decide(server, 'approve', stepOf(first, 'ask_manager'), manager.token))
    const second = await awaitInstance(server, { recordId }, waitsAt('ask_another'))
    expect(errorOf(await decide(server, 'approve', stepOf(second, 'ask_another'), both.token))).toMatch(
      /^FORBIDDEN: You caused this workflow/,
    )
    dataOf(await decide(server, 'approve', stepOf(second, 'ask_another'), office.token))
    await awaitInstance(server, { recordId }, hasEnded)
    const query = '{ leaveRequests { nodes { status decidedAt } } notices { nodes { text } } }'
    const { leaveRequests, notices } = dataOf(await server.send('data', query, {}, both.token))
    expect([leaveRequests.nodes, notices.nodes]).toEqual([
      [{ status: 'APPROVED', decidedAt: expect.any(String) }],
      [{ text: 'Your request is now: approved' }],
    ])
  })

  test('is valid in every block', async () => {
    const example = parse(await readFile('examples/leave-requests.yaml', 'utf8'))
    for (const block of await readBlocks('yaml')) {
      const { workflows: shown } = parse(block)
      const document = JSON.stringify({ ...example, workflows: shown })
      const query =
        'mutation($document: String!) { importMetadata(document: $document, dryRun: true) { revision } }'
      dataOf(await server.send('admin', query, { document }))
    }
    const blocks = await readBlocks('graphql')
    const replies = blocks.map((block) =>
      server.send(block.startsWith('# admin') ? 'admin' : 'data', block, { id: 'none' }),
    )
    expect((await Promise.all(replies)).map(errorOf)).toEqual([
      'no error',
      'NOT_FOUND: There is no approval with the id "none"',
      'no error',
      'NOT_FOUND: There is no instance of a workflow with the id "none"',
    ])
  })
})
