// Reads a CPU profile of Node.js: the functions by their own time, without those that they call.
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeTable } from './report.ts'

type CallFrame = Readonly<{ functionName: string; url: string; lineNumber: number }>
/** Times in microseconds; each sample is the id of the node that ran, each delta the time since the sample before. */
type CpuProfile = Readonly<{
  nodes: readonly Readonly<{ id: number; callFrame: CallFrame }>[]
  startTime: number
  endTime: number
  samples: readonly number[]
  timeDeltas: readonly number[]
}>
/** Two moments, in milliseconds before the end of the profile. */
type Window = Readonly<{ from: number; to: number }>

const head = ['own time', 'ms a request', 'function', 'where']
const longest = 40
const modules = 'node_modules/'

/** The one profile in a folder. */
export async function readProfile(folder: string): Promise<CpuProfile> {
  const name = (await readdir(folder)).find((each) => each.endsWith('.cpuprofile'))
  if (name === undefined) throw new Error(`There is no profile in ${folder}`)
  return JSON.parse(await readFile(join(folder, name), 'utf8')) as CpuProfile
}

/** Adds up the samples of the window, in microseconds by function and place; paths are told from `folder`. */
export function findOwnTimes(profile: CpuProfile, window: Window, folder: string): Map<string, number> {
  const { nodes, samples, timeDeltas, startTime, endTime } = profile
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameFunction(callFrame, folder)]))
  const own = new Map<string, number>()
  let time = startTime
  for (const [index, id] of samples.entries()) {
    const delta = timeDeltas[index] ?? 0
    time += delta
    if (time < endTime - window.from * 1_000 || time > endTime - window.to * 1_000) continue
    const name = names.get(id) ?? 'unknown'
    own.set(name, (own.get(name) ?? 0) + delta)
  }
  return own
}

function nameFunction({ functionName, url, lineNumber }: CallFrame, folder: string): string {
  const name = functionName || 'anonymous'
  if (url === '') return name
  const file = url.startsWith('file:') ? relative(folder, fileURLToPath(url)) : url
  const place = file.includes(modules) ? file.slice(file.lastIndexOf(modules) + modules.length) : file
  return `${name} at ${place}:${lineNumber + 1}`
}

/** The functions that took most, as markdown; `title` says what the requests were. */
export function writeOwnTimes(own: ReadonlyMap<string, number>, requests: number, title: string): string {
  const total = [...own.values()].reduce((sum, each) => sum + each, 0)
  const sorted = [...own].sort(([, one], [, other]) => other - one).slice(0, longest)
  const rows = sorted.map(([name, time]) => {
    const [called = '', place = ''] = name.split(' at ')
    return [`${((time / total) * 100).toFixed(1)} %`, (time / 1_000 / requests).toFixed(3), called, place]
  })
  const all = `${requests} requests, ${(total / 1_000 / requests).toFixed(3)} ms each`
  return `## Profile of ${title}\n\n${all}.\n\n${writeTable([head, ...rows])}`
}
