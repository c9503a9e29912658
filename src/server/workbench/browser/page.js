// The workbench: GraphiQL with a log-in, a role switcher and operations to start from.
import { createFetch, createSession } from './session.js'

const settings = JSON.parse(document.querySelector('#settings').textContent)
const find = (id) => document.getElementById(id)
const [dialog, status] = [find('login'), find('status')]
const own = createSession(settings.realm, settings.address)
const platform = createSession('_platform', '/api/_platform/graphql')
const session = own.read() === null && platform.read() !== null ? platform : own
const send = createFetch(session, settings.address)
self.fetch = send
const isData = settings.kind === 'data'

self.MonacoEnvironment = {
  globalAPI: true,
  getWorkerUrl: (_module, label) => new URL(`${label}.worker.js`, import.meta.url).pathname,
}

const tell = (text) => {
  status.textContent = text
}

/** Tabs are kept for each address; a text that looks like a secret is not kept, and headers never are. */
const storage = {
  name: (key) => `metaloom ${settings.address} ${key}`,
  getItem: (key) => localStorage.getItem(storage.name(key)),
  setItem(key, value) {
    if (!/(password|token|secret)\w*\W{0,3}:/i.test(value)) localStorage.setItem(storage.name(key), value)
  },
  removeItem: (key) => localStorage.removeItem(storage.name(key)),
  clear: () => undefined,
  length: 0,
}

/** What the caller may start from, and the roles that an administrator may choose. */
async function readDesk() {
  if (!isData) return { roles: null, starters: settings.starters }
  const reply = await readFrom(settings.desk)
  const body = await reply.json()
  if (body.errors) throw new Error(body.errors[0].message)
  return body
}

async function readFrom(address) {
  return await createFetch(session, address)(address, { headers: {} })
}

async function sample({ samples }) {
  const values = {}
  for (const { variable, query } of samples) {
    const reply = await send('', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
    const { data } = await reply.json()
    values[variable] = Object.values(data ?? {})[0]?.nodes?.[0]?.id ?? 'put an id here'
  }
  return samples.length === 0 ? '' : JSON.stringify(values, null, 2)
}

const modelOf = (name) =>
  self.monaco.editor
    .getEditors()
    .map((editor) => editor.getModel())
    .find((model) => model?.uri.path.endsWith(name))

async function openStarter(starter) {
  const variables = await sample(starter)
  document.querySelector('.graphiql-tab-add, button[aria-label="New tab"]')?.click()
  await new Promise((resolve) => setTimeout(resolve, 50))
  modelOf('operation.graphql')?.setValue(starter.query)
  modelOf('variables.json')?.setValue(variables)
  tell(`Opened "${starter.title}".`)
}

function showStarters(starters) {
  const select = find('starters')
  select.replaceChildren(new Option('Start with…', ''))
  for (const group of new Set(starters.map((each) => each.group))) {
    const part = document.createElement('optgroup')
    part.label = group
    for (const [index, each] of starters.entries())
      if (each.group === group) part.append(new Option(each.title, String(index)))
    select.append(part)
  }
  select.onchange = () => {
    const starter = starters[Number(select.value)]
    if (select.value !== '') openStarter(starter).catch((error) => tell(error.message))
    select.value = ''
  }
}

/** One role, or, once there is one, another beside it. */
function showRoles(roles) {
  const select = find('roles')
  find('seen-as').hidden = !roles
  if (!roles) return
  const seen = session.read()?.seenAs ?? []
  select.replaceChildren(new Option('administrator', ''), ...roles.map((role) => new Option(role, role)))
  if (seen.length > 1) select.append(new Option(seen.join(', '), seen.join()))
  if (seen.length > 0 && !seen.includes('anonymous')) select.append(listMore(roles, seen))
  select.value = seen.join()
  document.body.classList.toggle('narrowed', seen.length > 0)
  select.onchange = () => switchRoles(select.value === '' ? [] : select.value.split(','))
}

function listMore(roles, seen) {
  const more = document.createElement('optgroup')
  more.label = 'and also'
  for (const role of roles)
    if (role !== 'anonymous' && !seen.includes(role))
      more.append(new Option(`+ ${role}`, [...seen, role].join()))
  return more
}

async function switchRoles(roles) {
  session.see(roles.length === 0 ? undefined : roles)
  try {
    const desk = await readDesk()
    showStarters(desk.starters)
    showRoles(desk.roles)
    document.querySelector('button[aria-label^="Re-fetch GraphQL schema"]')?.click()
    const seen = roles.join(' and ')
    tell(roles.length === 0 ? 'You see everything.' : `You see the API as ${seen}; what you write is yours.`)
  } catch (error) {
    tell(error.message)
  }
}

function showAccount() {
  const known = session.read()
  find('who').textContent = known ? known.email : ''
  find('open-login').hidden = known !== null
  find('log-out').hidden = known === null
}

find('open-login').onclick = () => dialog.showModal()
find('cancel').onclick = () => dialog.close()
find('log-out').onclick = async () => {
  await session.logOut().catch(() => undefined)
  location.reload()
}
find('login-form').onsubmit = async (event) => {
  event.preventDefault()
  find('problem').textContent = ''
  try {
    await own.logIn(find('email').value, find('password').value)
    find('password').value = ''
    location.reload()
  } catch (error) {
    find('problem').textContent = `${error.message}.`
    find('password').select()
  }
}

async function start() {
  let desk = { roles: null, starters: settings.starters }
  try {
    desk = await readDesk()
  } catch (error) {
    tell(session.read() === null ? `Your session has ended; log in again.` : error.message)
  }
  showAccount()
  showStarters(desk.starters)
  showRoles(desk.roles)
  if (self.YogaGraphiQL === undefined)
    await new Promise((resolve) => addEventListener('DOMContentLoaded', resolve))
  const { createElement } = self.React
  self.YogaGraphiQL.renderYogaGraphiQL(find('root'), {
    endpoint: settings.address,
    logo: createElement('span'),
    title: createElement('span'),
    defaultTabs: desk.starters.slice(0, 4).map(({ query }) => ({ query })),
    initialQuery: undefined,
    onEditQuery: () => undefined,
    shouldPersistHeaders: false,
    showPersistHeadersSettings: false,
    subscriptionsProtocol: 'GRAPHQL_SSE',
    storage,
  })
  if (session.read() === null && !isData) dialog.showModal()
}
start()
