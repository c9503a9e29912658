// Whether an app with a mountain of deliveries delays those of another in the same process.
import type { Cleanup } from '../cleanup.ts'
import { visit } from '../read/database.ts'
import { call } from '../read/targets/metaloom.ts'
import { summarize } from '../statistics.ts'
import { startHooks } from './hooks.ts'
import { defineThing, type Place, type Server } from './place.ts'

/** Milliseconds from a write to its delivery; `left` is how many deliveries of the other app were due at the end. */
export type Fairness = Readonly<{
  due: number
  quiet: readonly number[]
  beside: readonly number[]
  left: number
}>

const batch = 1_000
const many = 'mutation ($inputs: [ThingCreateInput!]!) { answer: createThings(inputs: $inputs) { count } }'
const one = 'mutation ($label: String!) { answer: createThing(input: { label: $label }) { id } }'

export async function measureFairness(
  place: Place,
  { due, samples }: Readonly<{ due: number; samples: number }>,
  cleanup: Cleanup,
): Promise<Fairness> {
  const hooks = await startHooks(cleanup)
  const environment = { NODE_ENV: 'development', METALOOM_ALLOW_PRIVATE_WEBHOOKS: '1' }
  const server = await place.launch('fairness', 'database: { pool: 10 }\n', { environment })
  for (const app of ['mountain', 'single']) {
    await server.createApp(app)
    const webhooks = [{ entity: 'thing', url: `${hooks.url}/${app}` }]
    await server.importInto(app, { entities: [defineThing('thing')], webhooks })
  }
  const deliver = async (label: string): Promise<number> => {
    const arrived = hooks.await(label)
    const started = performance.now()
    await call(server.at('single'), one, { label })
    await arrived
    return performance.now() - started
  }
  const measure = async (name: string): Promise<readonly number[]> => {
    const times: number[] = []
    for (let sample = 0; sample < samples; sample += 1) times.push(await deliver(`${name} ${sample}`))
    return times
  }
  await measure('warm')
  const quiet = await measure('quiet')
  await pile(server, due)
  const beside = await measure('beside')
  return { due, quiet, beside, left: await countDue(place) }
}

async function pile(server: Server, due: number): Promise<void> {
  for (let written = 0; written < due; written += batch) {
    const inputs = Array.from({ length: Math.min(batch, due - written) }, () => ({ label: 'one of many' }))
    await call(server.at('mountain'), many, { inputs })
  }
}

async function countDue({ databaseUrl }: Place): Promise<number> {
  const [app] = await visit(
    databaseUrl,
    (sql) => sql<{ database: string }[]>`select database from _apps where name = 'mountain'`,
  )
  const url = new URL(databaseUrl)
  url.pathname = `/${app?.database}`
  const [row] = await visit(
    url.href,
    (sql) => sql<{ due: number }[]>`
      select (select count(*) from _deliveries where state = 'waiting')::int
        + (select count(*) from _outbox where taken_at is null)::int as due`,
  )
  return row?.due ?? 0
}

export function writeFairness({ due, quiet, beside, left }: Fairness): readonly string[][] {
  const show = (times: readonly number[]): string => {
    const { median, most } = summarize(times)
    return `${median.toFixed(1)} (most ${most.toFixed(1)})`
  }
  return [
    ['from a write to its delivery, nothing else to do, ms: median', show(quiet)],
    [
      `the same beside ${due.toLocaleString('en')} deliveries that another app has due, ms: median`,
      show(beside),
    ],
    ['deliveries of the other app that were still due then', left.toLocaleString('en')],
  ]
}
