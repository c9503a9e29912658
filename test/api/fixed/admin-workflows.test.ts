// Workflows in the admin API: saved as they were written, or refused where they are wrong.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AdminApp, startAdmin } from './admin-app.ts'

let app: AdminApp
let send: AdminApp['send']
beforeAll(async () => {
  app = await startAdmin()
  send = app.send
  const fields = [
    { name: 'days', type: 'INT' },
    { name: 'status', type: 'STRING' },
  ]
  const create = 'mutation ($input: EntityInput!) { createEntity(input: $input) { name } }'
  await send(create, { input: { name: 'leave', plural: 'leaves', fields } })
})
afterAll(() => app?.stop())

const shown = `name description active trigger { type entity field to event cron timeZone } context steps {
  id type actions { type entity recordId field value values event payload url method } expression onTrue onFalse
  assignee { type id role path } fourEyes duration event about timeout mode branches onApprove onReject onTimeout then }`
const create = `mutation ($input: WorkflowInput!, $revision: Int) { createWorkflow(input: $input, expectRevision: $revision) { ${shown} } }`
const update = `mutation ($name: String!, $input: WorkflowInput!) { updateWorkflow(name: $name, input: $input) { ${shown} } }`

const input = {
  name: 'leave_approval',
  trigger: { type: 'STATE_CHANGE', entity: 'leave', field: 'status', to: 'pending' },
  context: { leave_days: 'record.days' },
  steps: [
    { id: 'check', type: 'CONDITION', expression: 'context.leave_days > 5', onTrue: 'split', onFalse: 'end' },
    { id: 'split', type: 'PARALLEL', mode: 'ANY', branches: ['ask', 'nap'], then: 'grant' },
    {
      id: 'ask',
      type: 'APPROVAL',
      assignee: { type: 'ROLE', role: 'Manager' },
      fourEyes: true,
      timeout: '48h',
      onApprove: 'end',
      onReject: 'end',
      onTimeout: 'end',
    },
    { id: 'nap', type: 'WAIT', event: 'granted', about: 'ANY', then: 'end' },
    {
      id: 'grant',
      type: 'ACTION',
      actions: [
        { type: 'SET_FIELD', recordId: 'record.id', field: 'status', value: 'granted' },
        { type: 'CREATE_RECORD', entity: 'leave', values: { days: { expression: '1' } } },
      ],
      then: 'end',
    },
  ],
}

const nothing = (...keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, null]))
describe('a workflow', () => {
  it('is saved and shown with every default filled in', async () => {
    const { createWorkflow } = (await send(create, { input })) as { createWorkflow: typeof input }
    expect(createWorkflow).toMatchObject({
      ...input,
      description: '',
      active: true,
      trigger: { ...input.trigger, ...nothing('event', 'cron', 'timeZone') },
      steps: input.steps.map((step) =>
        step.id === 'ask'
          ? { ...step, assignee: { type: 'ROLE', role: 'manager', id: null, path: null } }
          : step,
      ),
    })
    expect(createWorkflow.steps[0]).toMatchObject(
      nothing('actions', 'assignee', 'fourEyes', 'timeout', 'then'),
    )
    expect(await send(`{ workflows { ${shown} } }`)).toEqual({ workflows: [createWorkflow] })
  })

  it('is refused under a name that is taken, or at another revision', async () => {
    expect(await send(create, { input })).toEqual({
      code: 'VALIDATION_FAILED',
      message:
        'input.name: is taken: the workflow "leave_approval" exists already; updateWorkflow changes it',
      details: [
        {
          path: 'input.name',
          message: 'is taken: the workflow "leave_approval" exists already; updateWorkflow changes it',
        },
      ],
    })
    expect(await send(create, { input: { ...input, name: 'other' }, revision: 99 })).toMatchObject({
      code: 'CONFLICT',
    })
  })

  it.each([
    [
      { steps: [{ ...input.steps[0], onTrue: 'splt' }] },
      'input.steps[0].onTrue',
      'names no step: "splt" (did you mean "split"?)',
    ],
    [
      { context: { leave_days: 'record.dais' } },
      'input.context.leave_days',
      'at character 8: reads leave.dais, but leave has no such field (did you mean "days"?)',
    ],
    [
      { trigger: { type: 'SCHEDULE', cron: 'x' } },
      'input.trigger.cron',
      expect.stringMatching(/^must be five/),
    ],
    [
      { trigger: { type: 'SCHEDULE', cron: '0 0 * * *', timeZone: 'Mars' } },
      'input.trigger.timeZone',
      'must be a time zone such as Europe/Berlin or UTC, found "Mars"',
    ],
  ])('with %j is refused at %s', async (change, path, message) => {
    const steps = [...('steps' in change ? (change.steps ?? []) : []), ...input.steps.slice(1)]
    const changed = { ...input, ...change, steps: 'steps' in change ? steps : input.steps, name: 'wrong' }
    const refusal = (await send(create, { input: changed })) as { code: string; details: unknown[] }
    expect(refusal.code).toBe('VALIDATION_FAILED')
    expect(refusal.details).toContainEqual(expect.objectContaining({ path, message }))
  })

  it('is changed and deleted by its name, which stays', async () => {
    const calm = { ...input, active: false, description: 'Not now' }
    expect(await send(update, { name: 'leave_approval', input: calm })).toMatchObject({
      updateWorkflow: { active: false, description: 'Not now' },
    })
    expect(await send(update, { name: 'leave_approval', input: { ...calm, name: 'renamed' } })).toMatchObject(
      {
        code: 'VALIDATION_FAILED',
        message: 'input.name: must stay "leave_approval", found "renamed"; define another workflow instead',
      },
    )
    expect(await send('mutation { deleteWorkflow(name: "leave_aproval") { revision } }')).toEqual({
      code: 'NOT_FOUND',
      message: 'No workflow "leave_aproval" is defined (did you mean "leave_approval"?)',
    })
    expect(await send('mutation { deleteEntity(name: "leave") { revision } }')).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: expect.arrayContaining([
        { path: 'workflows.leave_approval.trigger.entity', message: 'names no entity: "leave"' },
      ]),
    })
    expect(await send('mutation { deleteWorkflow(name: "leave_approval") { steps } }')).toEqual({
      deleteWorkflow: { steps: [] },
    })
    expect(await send('{ workflows { name } }')).toEqual({ workflows: [] })
  })
})
