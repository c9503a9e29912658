// Sends bombs one after another while somebody asks a light question without a pause, and times both.
import type { Address } from '../read/target.ts'
import type { Bomb } from './bombs.ts'

/** Milliseconds of each try, and of each light question meanwhile. */
export type Measured = Readonly<{ name: string; times: readonly number[]; light: readonly number[] }>
export type Way = Readonly<{ name: string; accept: string }>

/** A list of media types is for the long way. */
export const ways: readonly Way[] = [
  { name: 'compiled', accept: 'application/json' },
  { name: 'yoga', accept: 'application/json, text/plain' },
]

const light = JSON.stringify({ query: '{ viewer { id } }' })

/** Sends one body; the answer must begin as it should. */
async function send(address: Address, way: Way, body: string, answer: string): Promise<number> {
  const started = performance.now()
  const reply = await fetch(`http://127.0.0.1:${address.port}${address.path}`, {
    method: 'POST',
    headers: { ...address.headers, 'content-type': 'application/json', accept: way.accept },
    body,
  })
  const text = await reply.text()
  const time = performance.now() - started
  const found = /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? (text.startsWith('{"data"') ? 'data' : 'nothing')
  if (found !== answer) throw new Error(`expected ${answer}, found ${text.slice(0, 300)}`)
  return time
}

/** Measures one bomb so many times. */
export async function measure(address: Address, way: Way, bomb: Bomb, tries: number): Promise<Measured> {
  const times: number[] = []
  const lightTimes: number[] = []
  let isOver = false
  const asking = (async () => {
    while (!isOver) lightTimes.push(await send(address, ways[0] ?? way, light, 'data'))
  })()
  try {
    for (let index = 0; index < tries; index += 1)
      times.push(await send(address, way, bomb.body, bomb.answer))
  } catch (error) {
    throw new Error(`${bomb.name} (${way.name}): ${error instanceof Error ? error.message : error}`)
  } finally {
    isOver = true
    await asking
  }
  return { name: `${bomb.name}, ${way.name}`, times, light: lightTimes }
}
