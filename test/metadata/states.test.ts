// What a state machine does to a table, and which stored rows stand in its way.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type App, outcomeOf, startApp, type Written } from './app.ts'

let app: App
beforeEach(async () => {
  app = await startApp()
})
afterEach(async () => {
  await app.stop()
})

const status = { name: 'status', type: 'string' }
const bill = (field: Written = status, more: Written = {}): Written => ({
  name: 'bill',
  primary_key: { field: 'id', type: 'int' },
  fields: [field],
  ...more,
})
const machine = (...transitions: readonly Written[]): Written => ({
  entity: 'bill',
  field: 'status',
  definition: { initial: 'draft', transitions },
})
const toSent = machine({ from: 'draft', to: 'sent' })
const toPaid = machine({ from: 'draft', to: 'sent' }, { from: 'sent', to: 'paid' })

async function describeColumn(): Promise<unknown> {
  const [row] = await app.pool`
    select is_nullable, column_default from information_schema.columns where table_name = 'bills' and column_name = 'status'`
  return row && { ...row }
}

describe('a machine', () => {
  it('makes its field a column that is not null and begins with the initial state', async () => {
    await app.save({ entities: [bill()], machines: [toSent] })
    expect(await describeColumn()).toEqual({ is_nullable: 'NO', column_default: "'draft'::text" })
    const { entities } = await app.load()
    const field = entities.get('bill')?.fieldsByName.get('status')
    expect(field).toMatchObject({ nullable: false, default: 'draft', enum: ['draft', 'sent'] })
    expect(entities.get('bill')?.behaviour.machine?.field).toBe(field)
    expect(entities.get('bill')?.definition.fields[1]).toMatchObject({ name: 'status', nullable: true })
  })

  it('leaves null to a field that says so itself, and an enum of its own', async () => {
    const field = { ...status, nullable: true, enum: ['draft', 'sent', 'lost'] }
    await app.save({ entities: [bill(field)], machines: [toSent] })
    expect(await describeColumn()).toMatchObject({ is_nullable: 'YES' })
    const { entities } = await app.load()
    expect(entities.get('bill')?.fieldsByName.get('status')).toMatchObject({
      nullable: true,
      enum: ['draft', 'sent', 'lost'],
    })
  })

  it('that goes leaves the column as the field says', async () => {
    await app.save({ entities: [bill()], machines: [toSent] })
    await app.save({ entities: [bill()] })
    expect(await describeColumn()).toEqual({ is_nullable: 'YES', column_default: null })
  })

  it('that is not active does nothing', async () => {
    await app.save({ entities: [bill()], machines: [{ ...toSent, active: false }] })
    expect(await describeColumn()).toEqual({ is_nullable: 'YES', column_default: null })
    expect((await app.load()).entities.get('bill')?.behaviour.machine).toBeUndefined()
  })

  it('begins all records when it comes with its field', async () => {
    await app.save({ entities: [{ ...bill(), fields: [] }] })
    await app.pool`insert into bills default values`
    await app.save({ entities: [bill()], machines: [toSent] })
    expect(await app.pool`select status from bills`).toMatchObject([{ status: 'draft' }])
  })
})

describe('stored rows', () => {
  const place = 'state_machines.bill.status.definition: does not know what is stored:'
  it.each<[title: string, field: Written, values: string, told: string]>([
    [
      'another value or none',
      status,
      "('draft'), ('lost'), (null)",
      '2 live records are in none of its states (for example 2, 3); it knows draft, sent',
    ],
    [
      'another value, where null is allowed',
      { ...status, nullable: true },
      "(null), ('lost')",
      '1 live record is in none of its states (for example 2); it knows draft, sent',
    ],
    [
      'a value of the enum that is no state',
      { ...status, enum: ['draft', 'sent', 'lost'] },
      "('lost'), ('sent'), ('lost'), ('lost'), ('lost'), ('lost'), ('lost')",
      '6 live records are in none of its states (for example 1, 3, 4, 5, 6); it knows draft, sent',
    ],
  ])('with %s refuse a machine', async (_title, field, values, told) => {
    await app.save({ entities: [bill(field)] })
    await app.pool.unsafe(`insert into bills (status) values ${values}`)
    const saving = app.save({ entities: [bill(field)], machines: [toSent] })
    expect(await outcomeOf(saving)).toEqual(['VALIDATION_FAILED', `${place} ${told}`])
  })

  it('that are deleted stand in nobody’s way', async () => {
    await app.save({ entities: [bill()] })
    await app.pool`insert into bills (status, deleted_at) values (null, now()), ('lost', now())`
    expect(await outcomeOf(app.save({ entities: [bill()], machines: [toSent] }))).toEqual(['saved'])
    expect(await app.pool`select status from bills order by id`).toMatchObject([
      { status: 'draft' },
      { status: 'lost' },
    ])
  })

  it('hold the states they are in when others go, and let the rest go', async () => {
    await app.save({ entities: [bill()], machines: [toPaid] })
    await app.pool`insert into bills (status) values ('paid')`
    expect(await outcomeOf(app.save({ entities: [bill()], machines: [toSent] }))).toEqual([
      'VALIDATION_FAILED',
      `${place} 1 live record is in none of its states (for example 1); it knows draft, sent`,
    ])
    await app.pool`update bills set status = 'sent'`
    expect(await outcomeOf(app.save({ entities: [bill()], machines: [toSent] }))).toEqual(['saved'])
  })

  it('are not looked at when states are added', async () => {
    await app.save({ entities: [bill()], machines: [toSent] })
    expect(await app.save({ entities: [bill()], machines: [toPaid] })).toEqual({ revision: 2, steps: [] })
  })
})
