// Definitions that one process saves and another follows: how soon each is seen there, and how few rebuilds many at once take.
import { setTimeout as sleep } from 'node:timers/promises'
import { call } from '../read/targets/metaloom.ts'
import { summarize } from '../statistics.ts'
import { defineThing, type Place, type Server } from './place.ts'

/** Times in milliseconds: of the saving mutation, and from its answer until the other process knows the field. */
export type Saves = Readonly<{
  saved: readonly number[]
  followed: readonly number[]
  atOnce: Readonly<{ saves: number; milliseconds: number; own: number; other: number }>
}>

const patience = 20_000
const settling = 3_000

export async function measureSaves(place: Place, count: number): Promise<Saves> {
  const heard = { own: '', other: '' }
  const launch = (name: 'own' | 'other') =>
    place.launch(`saves_${name}`, 'database: { pool: 10 }\n', {
      environment: { METALOOM_LOG_LEVEL: 'info' },
      hear: (text) => {
        heard[name] += text
      },
    })
  const [own, other] = [await launch('own'), await launch('other')]
  await own.createApp('saves')
  await own.importInto('saves', { entities: [defineThing('thing')] })
  await untilKnown(other, '{ answer: things { totalCount } }')
  const saved: number[] = []
  const followed: number[] = []
  for (let index = 0; index < count; index += 1) {
    const started = performance.now()
    const fields = Array.from({ length: index + 1 }, (_, more) => ({ name: `more_${more}x`, type: 'int' }))
    const { name, fields: plain } = defineThing('thing')
    await own.importInto('saves', { entities: [{ name, fields: [...plain, ...fields] }] })
    const answered = performance.now()
    await untilKnown(other, `{ answer: things { nodes { more${index}x } } }`)
    saved.push(answered - started)
    followed.push(performance.now() - answered)
  }
  return { saved, followed, atOnce: await measureAtOnce(own, other, heard, count) }
}

async function untilKnown(server: Server, query: string): Promise<void> {
  const until = performance.now() + patience
  const isKnown = () =>
    call(server.at('saves'), query, {}).then(
      () => true,
      () => false,
    )
  while (!(await isKnown()))
    if (performance.now() > until) throw new Error('The other process did not follow')
}

/** Saves so many entities without waiting for one another, and counts in the logs how often each process built anew. */
async function measureAtOnce(
  own: Server,
  other: Server,
  heard: Record<'own' | 'other', string>,
  saves: number,
): Promise<Saves['atOnce']> {
  await sleep(settling)
  const count = (text: string): number => text.split('"edition loaded"').length - 1
  const before = { own: count(heard.own), other: count(heard.other) }
  const create = 'mutation ($input: EntityInput!) { answer: createEntity(input: $input) { name } }'
  const started = performance.now()
  await Promise.all(
    Array.from({ length: saves }, (_, index) =>
      call(own.at('saves', 'admin'), create, { input: { name: `at_once_${index}x`, fields: [] } }),
    ),
  )
  const milliseconds = performance.now() - started
  await untilKnown(other, `{ answer: atOnce${saves - 1}xes { totalCount } }`)
  await sleep(settling)
  const built = { own: count(heard.own) - before.own, other: count(heard.other) - before.other }
  return { saves, milliseconds, ...built }
}

export function writeSaves({ saved, followed, atOnce }: Saves): readonly string[][] {
  const show = (times: readonly number[]): string => {
    const { median, most } = summarize(times)
    return `${median.toFixed(0)} (most ${most.toFixed(0)})`
  }
  return [
    [`a field saved and served by the process that saves, ${saved.length} times, ms: median`, show(saved)],
    ['from then until another process serves it, ms: median', show(followed)],
    [`${atOnce.saves} entities saved without waiting, ms in all`, atOnce.milliseconds.toFixed(0)],
    ['rebuilds that took on the process that saves', String(atOnce.own)],
    ['rebuilds that took on another process', String(atOnce.other)],
  ]
}
