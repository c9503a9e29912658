// What a definition of a workflow may say, by itself and of its entities, and that documents keep it without loss.
import { describe, expect, it } from 'vitest'
import type { Problem } from '../../src/errors.ts'
import { parseText, readDocument, writeDocument } from '../../src/metadata/document.ts'
import { planImport } from '../../src/metadata/import.ts'
import { draftRegistry } from '../../src/metadata/register.ts'
import { nameSides } from '../../src/metadata/sides.ts'
import { readWorkflow, writeWorkflow } from '../../src/metadata/workflow.ts'
import { findNextRun } from '../../src/metadata/workflows/cron.ts'
import { leaveApp, leaveApproval } from '../support/leave.ts'
import { readGoodEntity, readGoodMachine, readGoodRule, type Written } from './app.ts'

type Told = string | RegExp

function expectProblems(found: readonly string[], wanted: readonly Told[]): void {
  expect(found).toEqual(wanted.map((each) => (typeof each === 'string' ? each : expect.stringMatching(each))))
}

function problemsOf(written: unknown): readonly string[] {
  const problems: Problem[] = []
  readWorkflow(written, '', problems)
  return problems.map(({ path, message }) => `${path}: ${message}`)
}

const trigger = { type: 'record_created', entity: 'leave_request' }
const act = (id: string, then: unknown = 'end', more: Written = {}): Written => ({
  id,
  type: 'action',
  actions: [{ type: 'send_event', event: 'x' }],
  then,
  ...more,
})
const ask = (id: string, onApprove: string, more: Written = {}): Written => ({
  id,
  type: 'approval',
  assignee: { type: 'role', role: 'manager' },
  on_approve: onApprove,
  on_reject: 'end',
  ...more,
})
const wait = (id: string, then: string, more: Written = { duration: '1h' }): Written => ({
  id,
  type: 'wait',
  then,
  ...more,
})
const both = (id: string, branches: readonly unknown[], then = 'end', mode = 'all'): Written => ({
  id,
  type: 'parallel',
  mode,
  branches,
  then,
})
const test = (id: string, onTrue: string, onFalse: string): Written => ({
  id,
  type: 'condition',
  expression: 'true',
  on_true: onTrue,
  on_false: onFalse,
})
const flow = (...steps: readonly unknown[]): Written => ({ name: 'w', trigger, steps })
const on = (written: unknown): Written => ({ name: 'w', trigger: written, steps: [act('a')] })

describe('a workflow', () => {
  it.each<[written: unknown, ...problems: Told[]]>([
    [
      5,
      ': must be an object, found 5',
      'name: is missing',
      /^trigger: is missing; it is one of state_change, record_created, /,
      'steps: must be at least one',
    ],
    [
      { ...flow(act('a')), step: [] },
      /^step: is not known here \(did you mean "steps"\?\); known are name, description, active, /,
    ],
    [on({ type: 'record_made', entity: 'a' }), /^trigger\.type: must be one of .*; found "record_made"/],
    [on({ type: 'record_created' }), 'trigger.entity: is missing'],
    [
      on({ type: 'record_created', entity: 'a', field: 'b' }),
      'trigger.field: is not for record_created triggers; those have type, entity',
    ],
    [
      on({ type: 'state_change', entity: 'a' }),
      'trigger.field: is missing',
      'trigger.to: is missing; it is the value that the field gets',
    ],
    [
      on({ type: 'state_change', entity: 'a', field: 'b', to: ['c'] }),
      'trigger.to: must be one value, found ["c"]',
    ],
    [on({ type: 'event', event: '' }), 'trigger.event: is missing; it names the event'],
    [
      on({ type: 'schedule' }),
      'trigger.cron: is missing; it says when, such as "0 9 * * 1-5" for nine on weekdays',
    ],
    [
      on({ type: 'schedule', cron: 'every day' }),
      'trigger.cron: must be five fields of cron, such as "0 9 * * 1-5" for nine on weekdays, found "every day"',
    ],
    [on({ type: 'schedule', cron: '* * * * * *' }), /^trigger\.cron: must be five fields of cron, /],
    [on({ type: 'schedule', cron: '61 * * * *' }), /^trigger\.cron: must be five fields of cron, .*61/],
    [on({ type: 'schedule', cron: '0 0 30 2 *' }), 'trigger.cron: never comes true, found "0 0 30 2 *"'],
    [
      on({ type: 'schedule', cron: '0 9 * * *', time_zone: '+02:00' }),
      'trigger.time_zone: must be a time zone such as Europe/Berlin or UTC, found "+02:00"',
    ],
    [
      { ...flow(act('a')), context: ['days'] },
      'context: must be an object of names and expressions, found ["days"]',
    ],
    [
      { ...flow(act('a')), context: { Days: '1', total: '' } },
      /^context\.Days: must be lower case words/,
      'context.total: must be an expression, found empty text',
    ],
    [flow(), 'steps: must be at least one'],
    [
      flow({ id: 'a', type: 'task' }),
      /^steps\[0\]\.type: must be one of action, condition, approval, wait, /,
    ],
    [
      flow({ ...act('a'), then: undefined }),
      'steps[0].then: is missing; it names the step that follows, or end',
    ],
    [flow(act('a', 7)), 'steps[0].then: must be the id of a step, or end; found 7'],
    [flow(act('a', 'b')), 'steps[0].then: names no step: "b"'],
    [
      flow(act('first', 'secnod'), act('second')),
      'steps[0].then: names no step: "secnod" (did you mean "second"?)',
    ],
    [flow(act('a', 'end'), act('a')), 'steps[1].id: is taken by steps[0]: "a"'],
    [flow(act('end')), 'steps[0].id: cannot be end, which is where a workflow ends'],
    [flow(act('a'), act('b')), 'steps[1]: cannot be reached: no way leads from the first step, "a", to "b"'],
    [
      flow(act('a', 'b'), test('b', 'a', 'end')),
      'steps[0]: goes in a loop that never waits: a > b > a; put an approval or a wait into it',
    ],
    [
      flow(act('a', 'a')),
      'steps[0]: goes in a loop that never waits: a > a; put an approval or a wait into it',
    ],
    [
      flow(both('a', ['b', 'c'], 'a', 'any'), act('b'), wait('c', 'end')),
      'steps[0]: goes in a loop that never waits: a > a; put an approval or a wait into it',
    ],
    [
      flow(both('a', ['b', 'c']), wait('b', 'a'), act('c')),
      'steps[0].branches[0]: leads back to "a", of which it is a branch; let it lead to end',
    ],
    [flow(both('a', ['b']), act('b')), 'steps[0].branches: must be from 2 to 20 steps, found 1'],
    [
      flow(both('a', ['b', 'b', 'end']), act('b')),
      'steps[0].branches[1]: is listed twice: "b"',
      'steps[0].branches[2]: must be a step, found the end',
    ],
    [
      flow({ ...both('a', ['b', 'c']), mode: undefined }, act('b'), act('c')),
      'steps[0].mode: is missing; all waits for every branch, any for the first',
    ],
    [flow(act('a', 'end', { actions: [] })), 'steps[0].actions: must be at least one'],
    [
      flow(act('a', 'end', { actions: [{ type: 'set_field', field: 'b' }] })),
      'steps[0].actions[0].value: is missing; null clears the field',
    ],
    [
      flow(act('a', 'end', { actions: [{ type: 'mail' }] })),
      /^steps\[0\]\.actions\[0\]\.type: must be one of set_field, create_record, send_event, webhook; /,
    ],
    [
      flow(ask('a', 'end', { timeout: '2 days', on_timeout: 'end' })),
      'steps[0].timeout: must be a whole number with s, m, h or d behind it, such as 48h; found "2 days"',
    ],
    [
      flow(ask('a', 'end', { timeout: '0s', on_timeout: 'end' })),
      'steps[0].timeout: must be from 1s to 3650d, found "0s"',
    ],
    [
      flow(ask('a', 'end', { timeout: '2d' })),
      'steps[0].on_timeout: is missing; it names the step that follows, or end',
    ],
    [
      flow(ask('a', 'end', { on_timeout: 'end' })),
      'steps[0].on_timeout: stands alone; say when by timeout, such as 48h',
    ],
    [
      flow(ask('a', 'end', { assignee: undefined })),
      'steps[0].assignee: is missing; it says who decides, such as { type: role, role: manager }',
    ],
    [
      flow(ask('a', 'end', { assignee: { type: 'user', id: 'bob' } })),
      /^steps\[0\]\.assignee\.id: must be a UUID such as /,
    ],
    [
      flow(ask('a', 'end', { assignee: { type: 'role', id: 'x' } })),
      'steps[0].assignee.id: is not for role assignees; those have type, role',
      'steps[0].assignee.role: is missing',
    ],
    [flow(ask('a', 'end', { four_eyes: 'yes' })), 'steps[0].four_eyes: must be true or false, found "yes"'],
    [flow(wait('a', 'end', {})), 'steps[0]: must have one of duration and event'],
    [
      flow(wait('a', 'end', { duration: '1h', event: 'x' })),
      'steps[0]: must have only one of duration and event',
    ],
    [
      flow(wait('a', 'end', { duration: '1h', timeout: '2h' })),
      'steps[0].timeout: is for waits for an event',
    ],
  ])('%j is refused', (written, ...problems) => {
    expectProblems(problemsOf(written), problems)
  })

  it.each([
    ['a loop that waits', flow(ask('a', 'b'), wait('b', 'a'))],
    ['a loop round branches that wait', flow(both('a', ['b', 'c'], 'a'), act('b'), wait('c', 'end'))],
    ['branches within branches', flow(both('a', ['b', 'c']), both('b', ['c', 'd']), act('c'), act('d'))],
    ['{ goto: step }', flow(act('a', { goto: 'b' }), act('b', { goto: 'end' }))],
  ])('may have %s', (_, written) => {
    expect(problemsOf(written)).toEqual([])
  })

  it('is written back as it was read, and without what defaults say', () => {
    const whole = {
      name: 'whole',
      description: 'Everything',
      active: false,
      trigger: { type: 'schedule', cron: '0 9 * * 1-5', time_zone: 'Europe/Berlin' },
      context: { a: '1 + 1', b: 'now' },
      steps: [
        both('a', ['b', 'c'], 'd', 'any'),
        ask('b', 'end', { four_eyes: true, timeout: '48h', on_timeout: 'end' }),
        wait('c', 'end', { event: 'paid', about: 'any', timeout: '7d', on_timeout: 'end' }),
        act('d', 'e', {
          actions: [
            { type: 'set_field', entity: 'order', record_id: 'context.a', field: 'x', value: null },
            { type: 'create_record', entity: 'order', values: { x: { expression: 'context.b' } } },
            { type: 'webhook', url: 'https://example.com/hook', method: 'POST' },
          ],
        }),
        test('e', 'end', 'end'),
      ],
    }
    const read = (written: unknown) => {
      const workflow = readWorkflow(written, '', [])
      if (workflow === undefined) throw new Error('The workflow does not read')
      return workflow
    }
    const written = writeWorkflow(read(whole))
    expect(written).toEqual({
      ...whole,
      steps: whole.steps.map((step) => JSON.parse(JSON.stringify(step))),
    })
    expect(writeWorkflow(read(written))).toEqual(written)
    expect(writeWorkflow(read({ ...flow(act('a')), active: true, description: '', context: {} }))).toEqual(
      flow(act('a')),
    )
  })
})

/** What is wrong with a workflow among the entities of the leave app. */
function misfitsOf(written: Written): readonly string[] {
  const problems: Problem[] = []
  const workflow = readWorkflow(written, '', problems)
  if (workflow === undefined || problems.length > 0) throw new Error(JSON.stringify(problems))
  const { entities, state_machines: machines } = leaveApp([])
  const rule = {
    entity: 'letter',
    hook: 'before_write',
    type: 'computed',
    definition: { field: 'days', expression: '1' },
  }
  const definitions = nameSides({
    entities: [
      ...entities.map(readGoodEntity),
      readGoodEntity({
        name: 'safe',
        primary_key: { field: 'id', type: 'int' },
        fields: [{ name: 'code', type: 'string', secret: true, hidden: true }],
      }),
    ],
    relations: [],
    rules: [{ ...readGoodRule(rule), id: 'r' }],
    machines: machines.map(readGoodMachine),
    workflows: [workflow],
  })
  return draftRegistry(1, definitions).problems.map(({ path, message }) => `${path}: ${message}`)
}

const set = (more: Written): Written =>
  flow(act('a', 'end', { actions: [{ type: 'set_field', field: 'status', value: 'approved', ...more }] }))
const create = (values: Written): Written =>
  flow(act('a', 'end', { actions: [{ type: 'create_record', entity: 'letter', values }] }))
const when = (expression: string, more: Written = {}): Written => ({
  ...flow({ ...test('a', 'end', 'end'), expression }),
  ...more,
})
const schedule = { type: 'schedule', cron: '0 9 * * *' }

describe('a workflow among entities', () => {
  it.each<[written: Written, ...problems: Told[]]>([
    [
      on({ type: 'record_created', entity: 'leave_reqest' }),
      'trigger.entity: names no entity: "leave_reqest" (did you mean "leave_request"?)',
    ],
    [
      on({ type: 'state_change', entity: 'leave_request', field: 'state', to: 'x' }),
      'trigger.field: names no field of leave_request: "state" (did you mean "status"?)',
    ],
    [
      on({ type: 'state_change', entity: 'leave_request', field: 'status', to: 'aproved' }),
      'trigger.to: must be one of draft, pending, approved, rejected; found "aproved" (did you mean "approved"?)',
    ],
    [
      on({ type: 'state_change', entity: 'leave_request', field: 'days', to: 'many' }),
      /^trigger\.to: must be a whole number from .*, found "many", because days is of type int/,
    ],
    [
      { ...flow(act('a')), context: { days: 'trigger.record.dais' } },
      /^context\.days: at character \d+: reads leave_request\.dais, but leave_request has no such field \(did you mean "days"\?\)/,
    ],
    [
      { ...flow(act('a')), context: { days: 'record.days + record.reason' } },
      /^context\.days: at character 13: /,
    ],
    [
      { ...flow(act('a')), context: { all: 'trigger.record' } },
      'context.all: makes a record, which cannot be kept; name its fields one by one',
    ],
    [
      when('context.days > 5'),
      /^steps\[0\]\.expression: at character 9: reads context\.days, but context has no such field/,
    ],
    [
      when('context.days > "five"', { context: { days: 'record.days' } }),
      /^steps\[0\]\.expression: at character 14: compares a number with a text/,
    ],
    [when('record.days'), 'steps[0].expression: must be true or false, but makes a number'],
    [when('related.lines > 1'), /^steps\[0\]\.expression: at character 1: does not know "related"/],
    [
      when('record.days > 1', { trigger: schedule }),
      /^steps\[0\]\.expression: at character 1: does not know "record"; known are trigger, user, now, context/,
    ],
    [
      when('record.code == "x"', { trigger: { type: 'record_created', entity: 'safe' } }),
      /^steps\[0\]\.expression: at character 8: reads safe\.code, but safe has no such field/,
    ],
    [set({ field: 'state' }), /^steps\[0\]\.actions\[0\]\.field: names no field of leave_request: "state"/],
    [
      set({ value: 'aproved' }),
      /^steps\[0\]\.actions\[0\]\.value: must be one of draft, pending, approved, rejected; found "aproved"/,
    ],
    [
      set({ entity: 'letter', field: 'text', value: 'x' }),
      'steps[0].actions[0].record_id: is missing; the workflow has no letter of its own',
    ],
    [
      set({ entity: 'lettr', record_id: 'record.id' }),
      'steps[0].actions[0].entity: names no entity: "lettr" (did you mean "letter"?)',
    ],
    [
      set({ record_id: 'record.days' }),
      'steps[0].actions[0].record_id: makes a number, which the field id of type uuid cannot hold',
    ],
    [
      set({ field: 'id', value: null }),
      'steps[0].actions[0].field: cannot set "id", which is the key of leave_request',
    ],
    [
      set({ field: 'days', value: { expression: 'record.reason' } }),
      'steps[0].actions[0].value.expression: makes a text, which the field days of type int cannot hold',
    ],
    [
      { ...set({}), trigger: schedule },
      'steps[0].actions[0].entity: is missing; the workflow has no entity of its own',
    ],
    [
      { ...set({}), trigger: { type: 'record_deleted', entity: 'leave_request' } },
      'steps[0].actions[0].record_id: is missing; the workflow has no leave_request of its own',
    ],
    [create({ days: 1 }), 'steps[0].actions[0].values.days: cannot be given: it is computed by a rule'],
    [create({ txt: 'x' }), /^steps\[0\]\.actions\[0\]\.values\.txt: names no field of letter: "txt"/],
    [
      flow(ask('a', 'end', { assignee: { type: 'field', path: 'record.days' } })),
      'steps[0].assignee.path: must lead to the id of a user, but makes a number',
    ],
    [
      flow(ask('a', 'end', { assignee: { type: 'field', path: 'record.boss_id' } })),
      /^steps\[0\]\.assignee\.path: at character 8: reads leave_request\.boss_id, /,
    ],
    [
      { ...flow(wait('a', 'end', { event: 'x' })), trigger: schedule },
      'steps[0]: waits for an event about the record, but a schedule has none; write about: any',
    ],
  ])('%j is refused', (written, ...problems) => {
    expectProblems(misfitsOf(written), problems)
  })

  it('gives the names of its context the types of what they map', () => {
    const context = { days: 'record.days', id: 'trigger.record_id', who: 'user.id', at: 'trigger.at' }
    const expression = 'context.days * 2 > 5 && context.id == "x" && context.who != nil && context.at < now'
    expect(misfitsOf(when(expression, { context }))).toEqual([])
  })

  it('may start on an event about anything, whose record is looked at when it comes', () => {
    const anything = { type: 'event', event: 'paid' }
    expect(misfitsOf(when('trigger.payload.sum > 1 && record.days == 2', { trigger: anything }))).toEqual([])
  })
})

describe('a document with workflows', () => {
  it('is the same after an import, and again', () => {
    const text = JSON.stringify(leaveApp([leaveApproval]))
    const imported = planImport(readDocument(JSON.parse(text)), true).edit(
      nameSides({ entities: [], relations: [] }),
    )
    const first = writeDocument(nameSides(imported.definitions), 'yaml')
    const again = planImport(readDocument(parseText(first)), true).edit(
      nameSides({ entities: [], relations: [] }),
    )
    expect(writeDocument(nameSides(again.definitions), 'yaml')).toBe(first)
    expect(first).toContain('workflows:\n  - name: leave_approval\n')
  })

  it('names a workflow that stands twice', () => {
    const document = leaveApp([leaveApproval, leaveApproval])
    expect(() => readDocument(document)).toThrow(
      'workflows[1]: is defined twice: leave_approval stands at workflows[0] too',
    )
  })
})

describe('a schedule', () => {
  it.each([
    ['0 9 * * *', 'UTC', '2026-01-31T09:00:00.000Z', '2026-02-01T09:00:00.000Z'],
    ['0 9 * * *', 'Europe/Berlin', '2026-01-31T09:00:00.000Z', '2026-02-01T08:00:00.000Z'],
    ['0 9 * * *', 'Europe/Berlin', '2026-07-01T00:00:00.000Z', '2026-07-01T07:00:00.000Z'],
    ['*/15 * * * *', 'UTC', '2026-01-31T23:46:00.000Z', '2026-02-01T00:00:00.000Z'],
    ['0 0 29 2 *', 'UTC', '2026-01-01T00:00:00.000Z', '2028-02-29T00:00:00.000Z'],
    ['30 2 * * *', 'Europe/Berlin', '2026-03-29T00:00:00.000Z', '2026-03-29T01:00:00.000Z'],
  ])('%s in %s is due after %s at %s', (cron, timeZone, after, next) => {
    expect(findNextRun({ cron, timeZone }, after)).toBe(next)
  })
})
