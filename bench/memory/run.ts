// Goal S7: what an app of 100 entities takes of the heap of a whole server, and what each further set of roles adds that is in use.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runBounded } from '../cleanup.ts'
import { compileMetaloom } from '../compile.ts'
import { makeFolder } from '../folder.ts'
import { createHeapProbe } from '../heap.ts'
import { findNodes } from '../nodes.ts'
import { startDatabase } from '../read/database.ts'
import type { Address } from '../read/target.ts'
import {
  type Account,
  adminPath,
  call,
  installMetaloom,
  launchMetaloom,
  logIn,
} from '../read/targets/metaloom.ts'
import { describeMachine, saveReport } from '../report.ts'
import { nameRole, writeApp, writePermissions, writeTwin } from './definitions.ts'
import { type Step, writeMemoryReport } from './table.ts'

/** So often is each question asked: what is asked often is compiled, and stays. */
const times = 20
const twin = 'twin'
const admin = 'administrator'
const importDocument = 'mutation ($d: String!) { answer: importMetadata(document: $d) { revision } }'

function readOptions() {
  const { values } = parseArgs({
    options: { entities: { type: 'string', default: '100' }, roles: { type: 'string', default: '10' } },
  })
  return { entities: Number(values.entities), roles: Number(values.roles) }
}

/** Three questions on neighbours, with a relation, a filter and a count. */
function writeQueries(entities: number): readonly string[] {
  return [0, 1, 2].map((index) => {
    const name = `thing${index % entities}s`
    return `{ answer: ${name}(first: 5, orderBy: [{ id: ASC }], where: { id: { isNull: false } }) { totalCount nodes { id next { id } previous(first: 2) { nodes { id } } } } }`
  })
}

async function use(address: Address, entities: number): Promise<void> {
  for (const query of writeQueries(entities))
    for (let asked = 0; asked < times; asked += 1) await call(address, query, {})
}

async function addUser(at: Address, role: string): Promise<Account> {
  const account = { email: `${role}@example.com`, password: randomBytes(12).toString('base64url') }
  const input = { ...account, roles: [role] }
  await call(at, 'mutation ($input: UserInput!) { answer: createUser(input: $input) { id } }', { input })
  return account
}

const { entities, roles } = readOptions()
await runBounded(600, async (cleanup) => {
  const folder = await makeFolder(cleanup)
  const databaseUrl = await startDatabase(join(folder, 'database'), cleanup)
  const nodes = findNodes()
  const options = { nodes, folder, databaseUrl, cleanup }
  const heap = await createHeapProbe(folder, 'heap')
  const installation = await installMetaloom(await compileMetaloom(folder), options)
  const environment = { ...installation.environment, ...heap.environment }
  const port = await launchMetaloom({ ...installation, environment }, nodes.own, options, heap.flags)
  const steps: Step[] = []
  const note = async (what: string): Promise<void> => {
    steps.push({ what, heap: await heap.read() })
    process.stdout.write(`${what}: measured\n`)
  }

  const administrator = await logIn(installation.admin, port)
  const at = { ...administrator, path: adminPath }
  for (let asked = 0; asked < times; asked += 1) await call(administrator, '{ answer: viewer { id } }', {})
  await note('no entities')
  await call(at, importDocument, { d: JSON.stringify(writeApp(entities)) })
  await use(administrator, entities)
  await note(`${entities} entities, used by an ${admin}`)

  const permissions = writePermissions(entities, roles)
  const all = [...permissions, ...writeTwin(permissions, twin)]
  await call(at, importDocument, { d: JSON.stringify({ version: 1, permissions: all }) })
  await use(administrator, entities)
  await note(`${all.length.toLocaleString('en')} permissions`)
  for (const role of [...Array.from({ length: roles }, (_, index) => nameRole(index)), twin]) {
    await use(await logIn(await addUser(at, role), port), entities)
    await note(role === twin ? 'another role that sees the same as the first' : `role ${role}`)
  }
  const figures = { machine: describeMachine(), node: nodes.own.version, entities, roles, steps }
  await saveReport('memory', writeMemoryReport(steps, nodes.own.version), figures)
})
