// Workflows through the front door: records start them, conditions part them, people decide, records change.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { leaveApp, leaveApproval } from '../support/leave.ts'
import { dataOf, errorOf, type Server, startTestServer } from '../support/server.ts'
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

const mayRead = { entity: 'leave_request', action: 'read', roles: ['manager'] }

let server: Server
let manager: Person
beforeAll(async () => {
  server = await startTestServer()
  await importDocument(server, leaveApp([leaveApproval], [mayRead]))
  manager = await makePerson(server, 'manager', 'manager')
})
afterAll(() => server?.stop())

async function readLeave(id: string) {
  const query =
    'query($id: ID!) { leaveRequest(id: $id) { status decidedAt } letters { nodes { text days } } }'
  return dataOf(await server.send('data', query, { id }))
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
    const query = '{ pendingApprovals { totalCount nodes { id workflow step entity recordId } } }'
    expect(dataOf(await server.send('data', query, {}, manager.token)).pendingApprovals).toEqual({
      totalCount: 1,
      nodes: [
        {
          id: stepOf(waiting, 'manager'),
          workflow: 'leave_approval',
          step: 'manager',
          entity: 'leave_request',
          recordId,
        },
      ],
    })
    const reply = await decide(server, 'approve', stepOf(waiting, 'manager'), manager.token, 'Enjoy')
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
    expect((await readLeave(recordId)).leaveRequest.status).toBe('APPROVED')
    expect(errorOf(await decide(server, 'reject', stepOf(waiting, 'manager'), manager.token))).toBe(
      'CONFLICT: This approval was approved already',
    )
  })
})
