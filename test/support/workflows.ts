// Speaks to a server about workflows as its users and administrators do.
import { setTimeout as sleep } from 'node:timers/promises'
import { dataOf, post, type Server } from './server.ts'

/** A user who can log in. */
export type Person = Readonly<{ id: string; token: string }>

const password = 'correct horse battery'

/** Replaces the definitions of the app. */
export async function importDocument(server: Server, document: unknown): Promise<void> {
  const query =
    'mutation($document: String!) { importMetadata(document: $document, prune: true) { revision } }'
  dataOf(await server.send('admin', query, { document: JSON.stringify(document) }))
}

/** Makes a user with these roles, and logs them in. */
export async function makePerson(server: Server, name: string, ...roles: readonly string[]): Promise<Person> {
  const email = `${name}@example.com`
  const query = 'mutation($input: UserInput!) { createUser(input: $input) { id } }'
  const { createUser } = dataOf(await server.send('admin', query, { input: { email, password, roles } }))
  const login =
    'mutation($email: String!, $password: String!) { login(email: $email, password: $password) { token } }'
  const reply = await post(server.address('data'), login, { email, password }, null)
  return { id: createUser.id, token: dataOf(reply).login.token }
}

/** Makes a leave request and sends it off; tells its id. */
export async function askForLeave(
  server: Server,
  days: number,
  more: object = {},
  token?: string,
): Promise<string> {
  const create = 'mutation($input: LeaveRequestCreateInput!) { createLeaveRequest(input: $input) { id } }'
  const made = await server.send('data', create, { input: { days, ...more } }, token ?? server.token)
  const { id } = dataOf(made).createLeaveRequest
  const transition = 'mutation($id: ID!) { transitionLeaveRequest(id: $id, to: PENDING) { id } }'
  dataOf(await server.send('data', transition, { id }, token ?? server.token))
  return id
}

const instanceFields =
  'id workflow state entity recordId error attempts chain dueAt steps { id step state outcome comment decidedBy } history { what step message actor }'

export type ShownInstance = Readonly<{
  id: string
  workflow: string
  state: string
  recordId: string | null
  error: string | null
  attempts: number
  chain: number
  dueAt: string | null
  steps: readonly Readonly<{
    id: string
    step: string
    state: string
    outcome: string | null
    comment: string | null
    decidedBy: string | null
  }>[]
  history: readonly Readonly<{ what: string; step: string | null; message: string | null; actor: string }>[]
}>

/** The instances that the administrator sees, the oldest first. */
async function listInstances(
  server: Server,
  filters: Readonly<Record<string, unknown>> = {},
): Promise<readonly ShownInstance[]> {
  const query = `query($workflow: String, $recordId: String, $state: WorkflowInstanceState) { workflowInstances(workflow: $workflow, recordId: $recordId, state: $state, first: 100) { nodes { ${instanceFields} } } }`
  const { workflowInstances } = dataOf(await server.send('admin', query, filters))
  return workflowInstances.nodes.toReversed()
}

/** Asks for the one instance of a record, or of a workflow, until it is as it should be. */
export async function awaitInstance(
  server: Server,
  filters: Readonly<Record<string, unknown>>,
  isReady: (instance: ShownInstance) => boolean,
): Promise<ShownInstance> {
  for (let tries = 0; tries < 300; tries++) {
    const [instance] = await listInstances(server, filters)
    if (instance && isReady(instance)) return instance
    await sleep(25)
  }
  throw new Error(`The instance did not get there: ${JSON.stringify(await listInstances(server, filters))}`)
}

/** Whether an instance waits at a step. */
export function waitsAt(...names: readonly string[]) {
  return ({ steps }: ShownInstance): boolean =>
    names.every((name) => steps.some(({ step, state }) => step === name && state === 'WAITING'))
}

export function hasEnded({ state }: ShownInstance): boolean {
  return state !== 'RUNNING'
}

/** The id of the step that an instance waits at. */
export function stepOf({ steps }: ShownInstance, name: string): string {
  const step = steps.findLast((each) => each.step === name)
  if (step === undefined) throw new Error(`The instance has not come to ${name}`)
  return step.id
}

/** What happened to an instance, a line each. */
export function tellHistory({ history }: ShownInstance): readonly string[] {
  return history.map(({ what, step, message }) => [what, step, message].filter(Boolean).join(' '))
}

/** Approves or rejects, in somebody's name. */
export function decide(
  server: Server,
  outcome: 'approve' | 'reject',
  id: string,
  token: string,
  comment?: string,
) {
  const query = `mutation($id: ID!, $comment: String) { decided: ${outcome}Step(id: $id, comment: $comment) { id state approvals { step verdict comment } } }`
  return server.send('data', query, { id, comment }, token)
}
