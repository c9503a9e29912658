// Permissions in the admin API: saved as they were written, refused where they are wrong, and explained record by record.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type AdminApp, startAdmin } from './admin-app.ts'

let app: AdminApp
let send: AdminApp['send']

const region = 'b0000000-0000-4000-8000-000000000001'
const mine = 'c0000000-0000-4000-8000-000000000001'
const theirs = 'c0000000-0000-4000-8000-000000000002'
const dead = 'c0000000-0000-4000-8000-000000000003'
const nobody = 'c0000000-0000-4000-8000-000000000009'
let ada: string

async function start(): Promise<void> {
  app = await startAdmin()
  send = app.send
  const create = 'mutation ($input: EntityInput!) { createEntity(input: $input) { name } }'
  const name = { name: 'name', type: 'STRING' }
  await send(create, { input: { name: 'region', fields: [name] } })
  const fields = [
    { name: 'title', type: 'STRING' },
    { name: 'status', type: 'STRING', enum: ['open', 'locked'] },
    { name: 'amount', type: 'DECIMAL' },
    { name: 'made_at', type: 'TIMESTAMP', auto: 'CREATE' },
    { name: 'owner_id', type: 'UUID' },
    { name: 'region_id', type: 'UUID' },
  ]
  await send(create, { input: { name: 'deal', fields } })
  await send(
    'mutation { createRelation(input: { name: "deals", type: ONE_TO_MANY, source: "region", target: "deal" }) { name } }',
  )
  ada = await makeUser('ada')
}

async function makeUser(name: string): Promise<string> {
  const { createUser: made } = (await send(
    `mutation { createUser(input: { email: "${name}@example.com", password: "correct horse", roles: ["seller"], attributes: { region: "north", zero: 0 } }) { id } }`,
  )) as { createUser: { id: string } }
  return made.id
}

const shown = 'entity action roles conditions { field operator value } expression fields'
const createPermission = `mutation ($input: PermissionInput!, $revision: Int) { createPermission(input: $input, expectRevision: $revision) { id ${shown} } }`

const own = {
  entity: 'deal',
  action: 'UPDATE',
  roles: ['Seller'],
  conditions: [
    { field: 'owner_id', operator: 'EQ', value: '{{user.id}}' },
    { field: 'status', operator: 'IN', value: ['open'] },
  ],
  expression: 'record.region.name == user.attributes.region',
  fields: ['title', 'amount'],
}
const titles = { entity: 'deal', action: 'READ', roles: ['seller'], fields: ['title', 'status'] }
const whole = {
  entity: 'deal',
  action: 'READ',
  roles: ['seller'],
  conditions: [{ field: 'owner_id', operator: 'EQ', value: '{{user.id}}' }],
}

async function define(input: unknown): Promise<string> {
  const { createPermission: made } = (await send(createPermission, { input })) as {
    createPermission: { id: string }
  }
  return made.id
}

describe('a permission', () => {
  beforeEach(start)
  afterEach(() => app.stop())

  it('is saved, shown, and found by its id', async () => {
    const id = await define(own)
    const permission = { ...own, roles: ['seller'] }
    expect(await send(`{ permission(id: "${id}") { ${shown} } }`)).toEqual({ permission })
    expect(await send('{ permission(id: "nobody") { id } }')).toEqual({ permission: null })
    expect(await send('{ metadata { revision } }')).toEqual({ metadata: { revision: 4 } })
  })

  it('is listed by entity, action and role', async () => {
    const first = await define({ ...titles, roles: ['seller', 'anonymous'] })
    const second = await define({ entity: 'region', action: 'READ', roles: ['seller'] })
    const third = await define(own)
    const list = async (args: string) =>
      ((await send(`{ permissions${args} { id } }`)) as { permissions: { id: string }[] }).permissions.map(
        ({ id }) => id,
      )
    expect(await list('')).toEqual([second, first, third])
    expect(await list('(entity: "deal")')).toEqual([first, third])
    expect(await list('(action: READ)')).toEqual([second, first])
    expect(await list('(role: "Anonymous", entity: "deal")')).toEqual([first])
    expect(await list('(role: "nobody")')).toEqual([])
  })

  it('is changed in its place, and stays with its entity', async () => {
    const id = await define(titles)
    await define(whole)
    const update = `mutation ($id: ID!, $input: PermissionInput!) { updatePermission(id: $id, input: $input) { id action fields } }`
    expect(await send(update, { id, input: { ...titles, fields: null } })).toEqual({
      updatePermission: { id, action: 'READ', fields: null },
    })
    expect(await send('{ permissions { fields } }')).toEqual({
      permissions: [{ fields: null }, { fields: null }],
    })
    expect(await send(update, { id, input: { ...titles, entity: 'region', fields: null } })).toMatchObject({
      code: 'VALIDATION_FAILED',
      message: 'input.entity: must stay "deal", found "region"; define another instead',
    })
    expect(await send(update, { id: 'x', input: titles })).toEqual({
      code: 'NOT_FOUND',
      message: 'No permission has the id "x"',
    })
  })

  it('is deleted by its id, and refused when somebody else was faster', async () => {
    const id = await define(titles)
    const remove = 'mutation ($id: ID!) { deletePermission(id: $id) { revision } }'
    expect(await send(remove, { id })).toEqual({ deletePermission: { revision: 5 } })
    expect(await send(remove, { id })).toEqual({
      code: 'NOT_FOUND',
      message: `No permission has the id "${id}"`,
    })
    expect(await send(createPermission, { input: titles, revision: 4 })).toMatchObject({ code: 'CONFLICT' })
  })

  it('goes with its entity, and keeps the fields that it leans on', async () => {
    const id = await define(own)
    const fields = [{ name: 'title', type: 'STRING' }]
    const update = 'mutation ($input: EntityInput!) { updateEntity(name: "deal", input: $input) { name } }'
    expect(await send(update, { input: { name: 'deal', fields } })).toMatchObject({
      code: 'VALIDATION_FAILED',
    })
    expect(await send('mutation { deleteRelation(source: "region", name: "deals") { revision } }')).toEqual({
      code: 'VALIDATION_FAILED',
      message: `permissions.deal.${id}.expression: at character 8: reads deal.region, but deal has no such field`,
      details: [
        {
          path: `permissions.deal.${id}.expression`,
          message: 'at character 8: reads deal.region, but deal has no such field',
        },
      ],
    })
    await send('mutation { deleteEntity(name: "deal", withRelations: true) { revision } }')
    expect(await send('{ permissions { id } metadata { quarantined { name } } }')).toEqual({
      permissions: [],
      metadata: { quarantined: [] },
    })
  })
})

describe('a permission that is wrong', () => {
  beforeAll(start)
  afterAll(() => app.stop())

  it.each<[input: unknown, path: string, message: string]>([
    [{ ...own, entity: 'deel' }, 'input.entity', 'names no entity: "deel" (did you mean "deal"?)'],
    [{ ...own, roles: [] }, 'input.roles', 'must name at least one role'],
    [
      { ...own, roles: ['seller', 'ADMIN'] },
      'input.roles[1]',
      'needs no permission: admin may do everything; leave it out',
    ],
    [
      { ...own, fields: ['title', 'titel'] },
      'input.fields[1]',
      'names no field of deal: "titel" (did you mean "title"?)',
    ],
    [
      { ...own, fields: ['made_at'] },
      'input.fields[0]',
      'is set by the system (auto: create); nobody gives it, so leave it out',
    ],
    [
      { ...own, conditions: [{ field: 'status', operator: 'IN', value: ['open', 'closed'] }] },
      'input.conditions[0].value[1]',
      'must be one of open, locked; found "closed"',
    ],
    [
      { ...own, conditions: [{ field: 'owner', operator: 'IS_NULL' }] },
      'input.conditions[0].field',
      'names no field of deal: "owner"',
    ],
    [
      { ...own, conditions: [{ field: 'title', operator: 'EQ', value: '{{user.name}}' }] },
      'input.conditions[0].value',
      'is no place that is known: "{{user.name}}"; known are user.id, user.email, user.roles, now, user.attributes.<name>',
    ],
    [
      { ...own, expression: 'record.regio.name == nil' },
      'input.expression',
      'at character 8: reads deal.regio, but deal has no such field (did you mean "region"?)',
    ],
  ])('%j is refused', async (input, path, message) => {
    expect(await send(createPermission, { input })).toEqual({
      code: 'VALIDATION_FAILED',
      message: `${path}: ${message}`,
      details: [{ path, message }],
    })
    expect(await send('{ permissions { id } metadata { revision } }')).toEqual({
      permissions: [],
      metadata: { revision: 3 },
    })
  })
})

const explain = `query ($action: PermissionAction!, $id: ID, $user: ID, $roles: [String!], $permission: PermissionInput, $entity: String! = "deal") {
  explainAccess(entity: $entity, action: $action, id: $id, userId: $user, roles: $roles, permission: $permission) {
    roles isAdmin active found deleted visible allowed fields filter
    policies { id roles matchesRoles holds fields clauses { text holds problem } }
  } }`

async function ask(variables: Record<string, unknown>) {
  const found = (await send(explain, variables)) as { explainAccess: Record<string, unknown> }
  return found.explainAccess ?? found
}

describe('explainAccess', () => {
  beforeAll(async () => {
    await start()
    await app.pool`insert into regions (id, name) values (${region}, 'north')`
    await app.pool`insert into deals (id, title, status, owner_id, region_id, made_at, deleted_at) values
      (${mine}, 'mine', 'open', ${ada}, ${region}, now(), null),
      (${theirs}, 'theirs', 'locked', ${nobody}, null, now(), null),
      (${dead}, 'dead', 'open', ${ada}, ${region}, now(), now())`
  })
  afterAll(() => app.stop())
  afterEach(async () => {
    const { permissions } = (await send('{ permissions { id } }')) as { permissions: { id: string }[] }
    for (const { id } of permissions) await send(`mutation { deletePermission(id: "${id}") { revision } }`)
  })

  it('tells of each clause whether it is true of the record', async () => {
    const id = await define(own)
    const other = await define({ ...own, roles: ['boss'], conditions: [], expression: 'true', fields: null })
    await define(titles)
    const texts = [
      'record.owner_id == user.id',
      'record.status in ["open"]',
      'record.region.name == user.attributes.region',
    ]
    const explained = (...holds: readonly boolean[]) => ({
      id,
      roles: ['seller'],
      matchesRoles: true,
      holds: holds.every(Boolean),
      fields: ['title', 'amount'],
      clauses: texts.map((text, index) => ({ text, holds: holds[index], problem: null })),
    })
    const unmatched = {
      id: other,
      roles: ['boss'],
      matchesRoles: false,
      holds: true,
      fields: null,
      clauses: [{ text: 'true', holds: true, problem: null }],
    }
    const common = {
      roles: ['seller'],
      isAdmin: false,
      active: true,
      found: true,
      deleted: false,
      visible: true,
      filter: `(${texts[0]}) and (${texts[1]}) and (${texts[2]})`,
    }
    expect(await ask({ action: 'UPDATE', id: mine, user: ada })).toEqual({
      ...common,
      allowed: true,
      fields: ['title', 'amount'],
      policies: [explained(true, true, true), unmatched],
    })
    expect(await ask({ action: 'UPDATE', id: theirs, user: ada })).toEqual({
      ...common,
      allowed: false,
      fields: [],
      policies: [explained(false, false, false), unmatched],
    })
  })

  it('tells which fields of the record can be read, and adds what is not saved', async () => {
    await define(titles)
    const read = { action: 'READ', user: ada }
    expect(await ask({ ...read, id: mine })).toMatchObject({
      visible: true,
      allowed: true,
      fields: ['id', 'title', 'status'],
      filter: 'true',
    })
    expect(await ask({ ...read, id: mine, permission: whole })).toMatchObject({
      fields: ['id', 'title', 'status', 'amount', 'made_at', 'owner_id', 'region_id'],
      policies: [{ holds: true }, { id: null, holds: true, clauses: [{ holds: true }] }],
    })
    expect(await ask({ ...read, id: theirs, permission: whole })).toMatchObject({
      fields: ['id', 'title', 'status'],
      policies: [{ holds: true }, { id: null, holds: false }],
    })
    expect(await send('{ permissions { id } }')).toMatchObject({ permissions: [{}] })
  })

  it('without a record tells what there may be', async () => {
    await define(whole)
    await define({ ...whole, conditions: [], expression: "record.status == 'open' or record.amount > 5" })
    expect(await ask({ action: 'READ', roles: ['Seller'] })).toMatchObject({
      roles: ['seller'],
      found: null,
      deleted: null,
      visible: null,
      allowed: null,
      fields: ['id', 'title', 'status', 'amount', 'made_at', 'owner_id', 'region_id'],
      filter: `(record.owner_id == user.id) or (record.status == 'open' or record.amount > 5)`,
      policies: [{ holds: null, clauses: [{ holds: null }] }, { holds: null }],
    })
    expect(
      await ask({ action: 'CREATE', roles: ['seller'], permission: { ...titles, action: 'CREATE' } }),
    ).toMatchObject({
      fields: ['title', 'status'],
      filter: 'true',
    })
    expect(await ask({ action: 'DELETE', roles: ['seller'] })).toMatchObject({ fields: [], filter: 'false' })
  })

  it('is about a caller without a token when nobody is named', async () => {
    await define(whole)
    expect(await ask({ action: 'READ', id: mine })).toMatchObject({
      roles: ['anonymous'],
      found: true,
      visible: false,
      allowed: false,
      fields: [],
      filter: 'false',
      policies: [{ matchesRoles: false, holds: false }],
    })
  })

  it('lets roles stand in for those of the user; admin passes everything', async () => {
    await define(whole)
    expect(await ask({ action: 'READ', id: mine, user: ada, roles: ['boss'] })).toMatchObject({
      roles: ['boss'],
      visible: false,
      policies: [{ matchesRoles: false, holds: true }],
    })
    expect(await ask({ action: 'UPDATE', id: theirs, roles: ['admin'] })).toMatchObject({
      isAdmin: true,
      visible: true,
      allowed: true,
      fields: ['title', 'status', 'amount', 'owner_id', 'region_id'],
      filter: 'true',
    })
  })

  it('knows deleted records and those that are not there', async () => {
    await define(whole)
    const remove = { ...whole, action: 'DELETE' }
    const restoring = { action: 'DELETE', id: dead, user: ada }
    expect(await ask(restoring)).toMatchObject({ found: true, deleted: true, visible: false, allowed: false })
    expect(await ask({ ...restoring, permission: remove })).toMatchObject({ visible: true, allowed: true })
    expect(
      await ask({ ...restoring, action: 'UPDATE', permission: { ...own, action: 'UPDATE' } }),
    ).toMatchObject({ allowed: false })
    for (const id of [nobody, 'no uuid'])
      expect(await ask({ action: 'READ', id, user: ada })).toMatchObject({
        found: false,
        visible: false,
        allowed: false,
        fields: [],
        policies: [{ holds: null }],
      })
  })

  it('tells of a deactivated user what is in their way', async () => {
    await define({ ...whole, conditions: [] })
    const bob = await makeUser('bob')
    await send(`mutation { deactivateUser(id: "${bob}") { id } }`)
    const policies = [{ matchesRoles: true, holds: true }]
    expect(await ask({ action: 'READ', id: mine, user: bob })).toMatchObject({
      active: false,
      found: true,
      visible: false,
      allowed: false,
      fields: [],
      policies,
    })
    expect(await ask({ action: 'READ', id: mine, user: bob, roles: ['admin'] })).toMatchObject({
      active: false,
      isAdmin: true,
      allowed: false,
      fields: [],
    })
    expect(await ask({ action: 'READ', user: bob })).toMatchObject({
      active: false,
      allowed: null,
      fields: [],
    })
  })

  it('says why a clause has no answer', async () => {
    const level = { field: 'title', operator: 'NEQ', value: '{{user.attributes.level}}' }
    const permission = {
      ...titles,
      conditions: [level],
      expression: "record.status == 'open' || 1 / user.attributes.zero > 0",
    }
    const clauses = [
      { text: 'record.title != user.attributes.level', problem: 'a place in it stands for nothing' },
      { text: permission.expression, problem: 'division by zero' },
    ]
    expect(await ask({ action: 'READ', id: mine, user: ada, permission })).toMatchObject({
      visible: false,
      policies: [{ holds: false, clauses: clauses.map((clause) => ({ ...clause, holds: false })) }],
    })
  })

  it('is for administrators', async () => {
    expect(
      await send(explain, { action: 'READ' }, { id: ada, roles: ['seller'], attributes: {} }),
    ).toMatchObject({ code: 'FORBIDDEN' })
  })
})

describe('a wrong question', () => {
  beforeAll(start)
  afterAll(() => app.stop())

  it.each<[variables: Record<string, unknown>, refusal: Record<string, unknown>]>([
    [
      { action: 'READ', entity: 'deel' },
      { code: 'NOT_FOUND', message: 'No entity "deel" is defined (did you mean "deal"?)' },
    ],
    [
      { action: 'READ', user: nobody },
      { code: 'NOT_FOUND', message: `No user has the id "${nobody}"` },
    ],
    [
      { action: 'READ', user: 'ada' },
      { code: 'NOT_FOUND', message: 'No user has the id "ada"' },
    ],
    [
      { action: 'READ', permission: { ...titles, entity: 'region' } },
      { code: 'VALIDATION_FAILED', message: 'permission.entity: must be "deal", found "region"' },
    ],
    [
      { action: 'READ', permission: { ...titles, roles: [] } },
      { code: 'VALIDATION_FAILED', message: 'permission.roles: must name at least one role' },
    ],
    [
      { action: 'READ', permission: { ...whole, conditions: [{ field: 'x', operator: 'EQ', value: 1 }] } },
      {
        code: 'VALIDATION_FAILED',
        message: 'permission.conditions[0].field: names no field of deal: "x"',
      },
    ],
  ])('%j is refused', async (variables, refusal) => {
    expect(await ask(variables)).toMatchObject(refusal)
  })
})
