// The app of the live runs: 100 entities, rows in the first, and three roles that each see another schema.
import { randomBytes } from 'node:crypto'
import { nameRole, writeApp, writePermissions } from '../memory/definitions.ts'
import type { Address } from '../read/target.ts'
import { type Account, adminPath, call, logIn } from '../read/targets/metaloom.ts'
import { defineApp } from '../rebuild/definitions.ts'

export const roles = 3
const rows = 100
const importDocument = 'mutation ($d: String!) { answer: importMetadata(document: $d) { revision } }'

/** A list of 25 with a to-one and a to-many relation. */
export const question =
  '{ answer: thing0s(first: 25, orderBy: [{ id: ASC }]) { nodes { id next { id } previous(first: 2) { nodes { id } } } } }'

export type LiveApp = Readonly<{ admin: Address; data: Address; clerks: readonly Account[] }>

/** Defines all that and makes the rows; the accounts have one role each. */
export async function defineLiveApp(account: Account, port: number, entities: number): Promise<LiveApp> {
  const data = await logIn(account, port)
  const admin = { ...data, path: adminPath }
  await call(admin, importDocument, { d: JSON.stringify(writeApp(entities)) })
  const permissions = writePermissions(entities, roles)
  await call(admin, importDocument, { d: JSON.stringify({ version: 1, permissions }) })
  const inputs = Array.from({ length: rows }, (_, index) => makeRow(index))
  await call(
    data,
    'mutation ($inputs: [Thing0CreateInput!]!) { answer: createThing0s(inputs: $inputs) { count } }',
    { inputs },
  )
  const clerks = await Promise.all(
    Array.from({ length: roles }, (_, index) => addClerk(admin, nameRole(index))),
  )
  return { admin, data, clerks }
}

async function addClerk(admin: Address, role: string): Promise<Account> {
  const account = { email: `${role}@example.com`, password: randomBytes(12).toString('base64url') }
  const input = { ...account, roles: [role] }
  await call(admin, 'mutation ($input: UserInput!) { answer: createUser(input: $input) { id } }', { input })
  return account
}

const samples: Readonly<Record<string, (index: number) => unknown>> = {
  string: (index) => `text ${index}`,
  int: (index) => index,
  decimal: (index) => `${index}.50`,
  boolean: (index) => index % 2 === 0,
  timestamp: () => '2026-01-01T00:00:00Z',
  date: () => '2026-01-01',
}

/** A value for each field that must have one. */
function makeRow(index: number): Readonly<Record<string, unknown>> {
  const fields = defineApp(1)[0]?.fields.filter(({ required }) => required) ?? []
  return Object.fromEntries(
    fields.map(({ name, type }) => [name.replace(/_(\d+)/, '$1'), samples[type]?.(index)]),
  )
}
