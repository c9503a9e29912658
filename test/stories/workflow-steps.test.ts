// The kinds of steps, triggers and ends of workflows: each is started by making a task of its kind.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type Pool, run } from '../../src/database/connect.ts'
import { dataOf, errorOf, type Server, startTestServer } from '../support/server.ts'
import {
  awaitInstance,
  decide,
  hasEnded,
  importDocument,
  type ShownInstance,
  stepOf,
  tellHistory,
  waitsAt,
} from '../support/workflows.ts'

const state = { type: 'role', role: 'boss' }
const onKind = (kind: string, steps: readonly unknown[], context = {}) => ({
  name: kind,
  trigger: { type: 'state_change', entity: 'task', field: 'kind', to: kind },
  context,
  steps,
})
const set = (id: string, field: string, value: unknown, then = 'end') => ({
  id,
  type: 'action',
  actions: [{ type: 'set_field', field, value }],
  then,
})
const ask = (id: string, then = 'end', more: object = {}) => ({
  id,
  type: 'approval',
  assignee: state,
  on_approve: then,
  on_reject: 'end',
  ...more,
})
const log = (id: string, note: string, then = 'end') => ({
  id,
  type: 'action',
  actions: [{ type: 'create_record', entity: 'note', values: { text: note } }],
  then,
})
const parallel = (mode: string, ...branches: readonly string[]) => ({
  id: 'split',
  type: 'parallel',
  mode,
  branches,
  then: 'join',
})

const workflows = [
  onKind('all', [parallel('all', 'one', 'two'), ask('one'), ask('two'), set('join', 'title', 'joined')]),
  onKind('any', [parallel('any', 'one', 'two'), ask('one'), ask('two'), set('join', 'title', 'joined')]),
  onKind('deep', [
    { ...parallel('any', 'inner', 'other'), id: 'outer' },
    { ...parallel('all', 'one', 'two'), id: 'inner', then: 'end' },
    ask('one'),
    ask('two'),
    ask('other'),
    set('join', 'title', 'joined'),
  ]),
  onKind('pause', [{ id: 'nap', type: 'wait', duration: '1h', then: 'wake' }, set('wake', 'title', 'awake')]),
  onKind('payment', [
    { id: 'money', type: 'wait', event: 'paid', timeout: '7d', then: 'thank', on_timeout: 'remind' },
    set('thank', 'title', 'thanks'),
    set('remind', 'title', 'please pay'),
  ]),
  onKind('patience', [
    ask('late', 'yes', { timeout: '48h', on_timeout: 'no' }),
    set('yes', 'title', 'yes'),
    set('no', 'title', 'no'),
  ]),
  onKind('broken', [set('grow', 'count', { expression: 'record.count + 100' })]),
  onKind('divide', [set('never', 'title', 'x')], { share: '1 / record.count' }),
  onKind('loop', [
    {
      id: 'again',
      type: 'action',
      actions: [{ type: 'create_record', entity: 'task', values: { kind: 'loop', title: 'link' } }],
      then: 'end',
    },
  ]),
  onKind('round', [
    { id: 'sleep', type: 'wait', duration: '1s', then: 'turn' },
    {
      id: 'turn',
      type: 'condition',
      expression: 'record.count > 1000000',
      on_true: 'end',
      on_false: 'sleep',
    },
  ]),
  onKind('hook', [
    {
      id: 'call',
      type: 'action',
      actions: [
        { type: 'webhook', url: 'https://example.com/hook', method: 'POST' },
        { type: 'send_event', event: 'called', payload: { count: { expression: 'record.count' } } },
      ],
      then: 'end',
    },
  ]),
  onKind(
    'others',
    [
      {
        id: 'both',
        type: 'action',
        actions: [
          { type: 'set_field', field: 'title', value: 'mine' },
          {
            type: 'set_field',
            entity: 'task',
            record_id: 'context.other',
            field: 'title',
            value: { expression: "concat('of ', user.email)" },
          },
        ],
        then: 'end',
      },
    ],
    { other: 'record.other_id' },
  ),
  { ...onKind('asleep', [log('never', 'never')]), active: false },
  {
    name: 'on_paid',
    trigger: { type: 'event', event: 'paid', entity: 'task' },
    context: { sum: 'trigger.payload.sum', kind: 'trigger.record.kind' },
    steps: [
      {
        id: 'is_plain',
        type: 'condition',
        expression: "context.kind == 'plain' && context.sum == 7",
        on_true: 'note',
        on_false: 'end',
      },
      log('note', 'paid'),
    ],
  },
  {
    name: 'on_called',
    trigger: { type: 'event', event: 'called' },
    context: { count: 'trigger.payload.count', from: 'trigger.entity' },
    steps: [log('note', 'called')],
  },
  {
    name: 'on_update',
    trigger: { type: 'record_updated', entity: 'note' },
    context: { before: 'trigger.old.text', after: 'record.text' },
    steps: [ask('look')],
  },
  {
    name: 'on_delete',
    trigger: { type: 'record_deleted', entity: 'note' },
    context: { text: 'record.text' },
    steps: [
      {
        id: 'keep',
        type: 'action',
        actions: [
          {
            type: 'create_record',
            entity: 'note',
            values: { text: { expression: "concat('was ', record.text)" } },
          },
        ],
        then: 'end',
      },
    ],
  },
  {
    name: 'nightly',
    trigger: { type: 'schedule', cron: '0 3 * * *', time_zone: 'Europe/Berlin' },
    steps: [log('note', 'good night')],
  },
]

const document = {
  version: 1,
  entities: [
    {
      name: 'task',
      fields: [
        { name: 'title', type: 'string' },
        { name: 'kind', type: 'string' },
        { name: 'count', type: 'int', default: 0 },
        { name: 'other_id', type: 'uuid' },
        { name: 'status', type: 'string' },
      ],
    },
    {
      name: 'note',
      fields: [
        { name: 'text', type: 'text' },
        { name: 'pin', type: 'string', hidden: true, secret: true, default: 'sesame' },
      ],
    },
  ],
  rules: [
    {
      entity: 'task',
      hook: 'before_write',
      type: 'field',
      definition: { field: 'count', operator: 'max', value: 100, message: 'That is too many' },
    },
  ],
  state_machines: [
    {
      entity: 'task',
      field: 'status',
      definition: {
        initial: 'open',
        transitions: [
          {
            from: 'open',
            to: 'paid',
            actions: [{ type: 'send_event', event: 'paid', payload: { sum: 7 } }],
          },
        ],
      },
    },
  ],
  workflows,
}

let server: Server
let pool: Pool
beforeAll(async () => {
  server = await startTestServer(undefined, { pollEvery: 200 })
  pool = connect(server.appUrl, { max: 1 })
  await importDocument(server, document)
})
afterAll(async () => {
  await pool?.end()
  await server?.stop()
})

async function makeTask(kind: string, more: object = {}): Promise<string> {
  const query = 'mutation($input: TaskCreateInput!) { createTask(input: $input) { id } }'
  return dataOf(await server.send('data', query, { input: { kind, ...more } })).createTask.id
}

async function titleOf(id: string): Promise<string | null> {
  return dataOf(await server.send('data', `{ task(id: "${id}") { title } }`)).task.title
}

const change = async (mutation: string) => dataOf(await server.send('data', `mutation { ${mutation} }`))
const rows = (text: string, ...values: unknown[]) => run(pool, { text, values })
const approve = async (instance: ShownInstance, step: string) =>
  dataOf(await decide(server, 'approve', stepOf(instance, step), server.token))

/** Lets the time come for which an instance waits. */
async function letTimePass({ id }: Pick<ShownInstance, 'id'>): Promise<void> {
  const past = "due_at = now() - interval '1 second'"
  await rows(
    `update _workflow_steps set ${past} where instance_id = $1 and state = 'waiting' and due_at is not null`,
    id,
  )
  await rows(`update _workflow_instances set ${past} where id = $1`, id)
}

const statesOf = ({ steps }: ShownInstance) => steps.map(({ step, state: at }) => `${step} ${at}`)

describe('a parallel step', () => {
  test('for all waits for every branch', async () => {
    const recordId = await makeTask('all')
    await approve(await awaitInstance(server, { recordId }, waitsAt('one', 'two')), 'one')
    const half = await awaitInstance(server, { recordId }, ({ steps }) =>
      steps.some(({ step, state: at }) => step === 'one' && at === 'DONE'),
    )
    expect(statesOf(half)).toEqual(['split WAITING', 'one DONE', 'two WAITING'])
    await approve(half, 'two')
    const done = await awaitInstance(server, { recordId }, hasEnded)
    expect(statesOf(done)).toEqual(['split DONE', 'one DONE', 'two DONE', 'join DONE'])
    expect(await titleOf(recordId)).toBe('joined')
  })

  test('for any goes on with the first, and calls the rest off', async () => {
    const recordId = await makeTask('any')
    const waiting = await awaitInstance(server, { recordId }, waitsAt('one', 'two'))
    await approve(waiting, 'two')
    const done = await awaitInstance(server, { recordId }, hasEnded)
    expect(statesOf(done)).toEqual(['split DONE', 'one CANCELLED', 'two DONE', 'join DONE'])
    expect(errorOf(await decide(server, 'approve', stepOf(waiting, 'one'), server.token))).toBe(
      'CONFLICT: This approval was called off',
    )
  })

  test('calls off what is open in branches of branches', async () => {
    const recordId = await makeTask('deep')
    await approve(await awaitInstance(server, { recordId }, waitsAt('one', 'two', 'other')), 'one')
    const half = await awaitInstance(server, { recordId }, ({ steps }) =>
      steps.some(({ step, state: at }) => step === 'one' && at === 'DONE'),
    )
    await approve(half, 'other')
    const done = await awaitInstance(server, { recordId }, hasEnded)
    expect(statesOf(done).sort()).toEqual([
      'inner CANCELLED',
      'join DONE',
      'one DONE',
      'other DONE',
      'outer DONE',
      'two CANCELLED',
    ])
  })
})

describe('a wait', () => {
  test('lasts until its time is over', async () => {
    const recordId = await makeTask('pause')
    const waiting = await awaitInstance(server, { recordId }, waitsAt('nap'))
    const [row] = await rows(
      'select round(extract(epoch from (i.due_at - i.started_at))) as seconds from _workflow_instances i where i.id = $1',
      waiting.id,
    )
    expect(Number(row?.seconds)).toBe(3_600)
    await letTimePass(waiting)
    await awaitInstance(server, { recordId }, hasEnded)
    expect(await titleOf(recordId)).toBe('awake')
  })

  test('for an event ends with the event about its record, and no other', async () => {
    const [first, second] = [await makeTask('payment'), await makeTask('payment')]
    for (const recordId of [first, second]) await awaitInstance(server, { recordId }, waitsAt('money'))
    await change(`transitionTask(id: "${second}", to: PAID) { id }`)
    await awaitInstance(server, { recordId: second, workflow: 'payment' }, hasEnded)
    const other = await awaitInstance(server, { recordId: first }, waitsAt('money'))
    expect([await titleOf(second), await titleOf(first)]).toEqual(['thanks', null])
    await letTimePass(other)
    const done = await awaitInstance(server, { recordId: first }, hasEnded)
    expect(tellHistory(done)).toEqual(['STARTED', 'TIMED_OUT money', 'DONE remind', 'COMPLETED'])
  })
})

describe('an approval', () => {
  test('that nobody gives in time goes its own way, and cannot be given any more', async () => {
    const recordId = await makeTask('patience')
    const waiting = await awaitInstance(server, { recordId }, waitsAt('late'))
    await letTimePass(waiting)
    const done = await awaitInstance(server, { recordId }, hasEnded)
    expect(tellHistory(done)).toEqual([
      'STARTED',
      'ASKED late role boss',
      'TIMED_OUT late',
      'DONE no',
      'COMPLETED',
    ])
    expect(errorOf(await decide(server, 'approve', stepOf(waiting, 'late'), server.token))).toBe(
      'CONFLICT: This approval has run out of time',
    )
  })
})

describe('a trigger', () => {
  test('by an event starts with what was sent', async () => {
    const recordId = await makeTask('plain')
    await change(`transitionTask(id: "${recordId}", to: PAID) { id }`)
    const done = await awaitInstance(server, { recordId, workflow: 'on_paid' }, hasEnded)
    expect(tellHistory(done)).toEqual(['STARTED', 'DONE is_plain true', 'DONE note', 'COMPLETED'])
  })

  test('hears of events that other workflows send, whose webhooks wait in the outbox', async () => {
    const recordId = await makeTask('hook', { count: 3 })
    const done = await awaitInstance(server, { recordId, workflow: 'on_called' }, hasEnded)
    expect([done.state, done.chain]).toEqual(['COMPLETED', 2])
    const found = await rows(
      "select kind, payload ->> 'url' as direct, payload, actor from _outbox where record_id = $1 and kind <> 'record' order by id",
      recordId,
    )
    expect(found).toMatchObject([
      {
        kind: 'webhook',
        actor: 'system:workflow',
        payload: { definition: { url: 'https://example.com/hook' }, record: { id: recordId, count: 3 } },
      },
      { kind: 'event', actor: 'system:workflow', payload: { event: 'called', payload: { count: 3 } } },
    ])
  })

  test('by an update knows the record before and after; one by its deletion knows it still', async () => {
    const { createNote } = await change('createNote(input: { text: "old" }) { id }')
    await change(`updateNote(id: "${createNote.id}", input: { text: "new" }) { id }`)
    const updated = await awaitInstance(server, { recordId: createNote.id }, waitsAt('look'))
    const [row] = await rows('select context, trigger from _workflow_instances where id = $1', updated.id)
    expect(row?.context).toEqual({ before: 'old', after: 'new' })
    expect(JSON.stringify(row?.trigger)).not.toContain('sesame')
    await change(`deleteNote(id: "${createNote.id}") { id }`)
    const deleted = await awaitInstance(server, { recordId: createNote.id, workflow: 'on_delete' }, hasEnded)
    expect(deleted.state).toBe('COMPLETED')
    const { notes } = dataOf(
      await server.send('data', '{ notes(where: { text: { eq: "was new" } }) { totalCount } }'),
    )
    expect(notes.totalCount).toBe(1)
    const cancelled = await awaitInstance(
      server,
      { recordId: createNote.id, workflow: 'on_update' },
      hasEnded,
    )
    expect(tellHistory(cancelled).at(-1)).toBe('CANCELLED the note was deleted')
  })

  test('by a schedule starts once when its time has come, and is due again at the next', async () => {
    const read = () => rows("select due_at from _workflow_schedules where workflow = 'nightly'")
    let [before] = await read()
    while (before === undefined) [before] = await read()
    await rows("update _workflow_schedules set due_at = now() - interval '3 days' where workflow = 'nightly'")
    const done = await awaitInstance(server, { workflow: 'nightly' }, hasEnded)
    expect(tellHistory(done)).toEqual(['STARTED', 'DONE note', 'COMPLETED'])
    expect(await read()).toEqual([before])
    const [count] = await rows(
      "select count(*)::int as count from _workflow_instances where workflow = 'nightly'",
    )
    expect(count?.count).toBe(1)
  })

  test('that is not active starts nothing, nor does a write that leaves the value as it was', async () => {
    const recordId = await makeTask('asleep')
    const again = await makeTask('pause')
    await awaitInstance(server, { recordId: again }, waitsAt('nap'))
    await change(`updateTask(id: "${again}", input: { kind: "pause", title: "x" }) { id }`)
    const found = await rows('select record_id from _workflow_instances where record_id = any($1::text[])', [
      recordId,
      again,
    ])
    expect(found).toEqual([{ record_id: again }])
  })

  test('starts an instance for each record of a bulk', async () => {
    const inputs = '[{ kind: "pause" }, { kind: "pause" }, { kind: "none" }]'
    const { createTasks } = await change(`createTasks(inputs: ${inputs}) { nodes { id kind } }`)
    const ids = createTasks.nodes.map(({ id }: { id: string }) => id)
    const found = await rows(
      'select record_id from _workflow_instances where record_id = any($1::text[]) order by number',
      ids,
    )
    expect(found.map(({ record_id }) => record_id)).toEqual(ids.slice(0, 2))
  })
})

describe('actions', () => {
  test('set fields of the own record and of others, with the values of the one who caused it', async () => {
    const otherId = await makeTask('none')
    const recordId = await makeTask('others', { otherId })
    await awaitInstance(server, { recordId }, hasEnded)
    expect([await titleOf(recordId), await titleOf(otherId)]).toEqual(['mine', 'of admin@example.com'])
  })

  test('that a rule refuses fail the instance, which says why and goes on when it is tried again', async () => {
    const recordId = await makeTask('broken', { count: 1 })
    const failed = await awaitInstance(server, { recordId }, hasEnded)
    expect([failed.state, failed.error]).toEqual(['FAILED', 'VALIDATION_FAILED: count: That is too many'])
    await change(`updateTask(id: "${recordId}", input: { count: 0 }) { id }`)
    dataOf(await server.send('admin', `mutation { retryWorkflowInstance(id: "${failed.id}") { id } }`))
    const done = await awaitInstance(server, { recordId }, ({ state: at }) => at === 'COMPLETED')
    expect(tellHistory(done)).toEqual([
      'STARTED',
      'FAILED VALIDATION_FAILED: count: That is too many',
      'RETRIED',
      'DONE grow',
      'COMPLETED',
    ])
  })

  test('of a mapping that has no answer fail before the first step', async () => {
    const recordId = await makeTask('divide')
    const failed = await awaitInstance(server, { recordId }, hasEnded)
    expect(failed).toMatchObject({
      state: 'FAILED',
      error: 'An expression cannot be worked out: division by zero',
      steps: [],
    })
  })
})

describe('an instance', () => {
  test('is called off by an administrator, once', async () => {
    const recordId = await makeTask('pause')
    const waiting = await awaitInstance(server, { recordId }, waitsAt('nap'))
    const cancel = `mutation { cancelWorkflowInstance(id: "${waiting.id}") { state steps { state } } }`
    expect(dataOf(await server.send('admin', cancel)).cancelWorkflowInstance).toEqual({
      state: 'CANCELLED',
      steps: [{ state: 'CANCELLED' }],
    })
    expect(errorOf(await server.send('admin', cancel))).toBe(
      'CONFLICT: The instance is cancelled and cannot be cancelled; only one that runs or failed can',
    )
    const none = await server.send('admin', 'mutation { cancelWorkflowInstance(id: "x") { id } }')
    expect(errorOf(none)).toBe('NOT_FOUND: There is no instance of a workflow with the id "x"')
  })

  test('ends with its record', async () => {
    const recordId = await makeTask('pause')
    await awaitInstance(server, { recordId }, waitsAt('nap'))
    await change(`deleteTask(id: "${recordId}") { id }`)
    const ended = await awaitInstance(server, { recordId }, hasEnded)
    expect([ended.state, tellHistory(ended).at(-1)]).toEqual(['CANCELLED', 'CANCELLED the task was deleted'])
  })

  test('keeps the definition that it began with', async () => {
    const recordId = await makeTask('pause')
    const waiting = await awaitInstance(server, { recordId }, waitsAt('nap'))
    const changed = onKind('pause', [set('wake', 'title', 'changed')])
    await importDocument(server, {
      ...document,
      workflows: workflows.map((each) => (each.name === 'pause' ? changed : each)),
    })
    await letTimePass(waiting)
    await awaitInstance(server, { recordId }, hasEnded)
    const newer = await makeTask('pause')
    await awaitInstance(server, { recordId: newer }, hasEnded)
    expect([await titleOf(recordId), await titleOf(newer)]).toEqual(['awake', 'changed'])
    await importDocument(server, document)
  })

  test('goes on when its entity and the fields that it speaks of get other names', async () => {
    const recordId = await makeTask('payment', { title: 'Pay' })
    await awaitInstance(server, { recordId }, waitsAt('money'))
    const admin = async (mutation: string) =>
      dataOf(await server.send('admin', `mutation { ${mutation} { revision } }`))
    await admin('renameField(entity: "task", name: "title", to: "caption")')
    await admin('renameEntity(name: "task", to: "chore")')
    await change(`transitionChore(id: "${recordId}", to: PAID) { id }`)
    const done = await awaitInstance(server, { recordId, workflow: 'payment' }, hasEnded)
    expect([done.state, done.error]).toEqual(['COMPLETED', null])
    const { chore } = dataOf(await server.send('data', `{ chore(id: "${recordId}") { caption } }`))
    expect(chore.caption).toBe('thanks')
    await admin('renameEntity(name: "chore", to: "task")')
    await admin('renameField(entity: "task", name: "caption", to: "title")')
  })

  test('in a chain that would not end stops it at sixteen, and says so', async () => {
    await makeTask('loop')
    const last = await awaitInstance(server, { workflow: 'loop', state: 'FAILED' }, () => true)
    expect([last.chain, last.error]).toEqual([
      17,
      'is number 17 of a chain in which each workflow was started by the one before; a chain stops at 16',
    ])
    const query = '{ tasks(where: { kind: { eq: "loop" } }) { totalCount } }'
    expect(dataOf(await server.send('data', query)).tasks.totalCount).toBe(17)
  })

  test('that goes round and round ends after a thousand steps', async () => {
    const recordId = await makeTask('round')
    const waiting = await awaitInstance(server, { recordId }, waitsAt('sleep'))
    await rows('update _workflow_instances set steps = 999 where id = $1', waiting.id)
    await letTimePass(waiting)
    const failed = await awaitInstance(server, { recordId }, hasEnded)
    expect(failed.error).toBe('LIMIT_EXCEEDED: takes more than 1000 steps; it may go in a circle')
  })
})
