// Measures all servers in turns, so that whatever disturbs the machine disturbs all of them alike.
import { type Exchange, makeRequest } from './exchange.ts'
import { load, type Measure } from './load.ts'
import { makeQuestions, type ScenarioName } from './scenario.ts'
import type { Target } from './target.ts'
import { type Truth, verify } from './verify.ts'

export type Plan = Readonly<{ rounds: number; seconds: number; warmSeconds: number }>
/** One server in one scenario, with what each round gave; `plain` as in its target. */
export type Result = Readonly<{
  scenario: ScenarioName
  server: string
  plain?: string
  node: string
  rounds: Measure[]
}>

type Contest = Readonly<{ target: Target; exchanges: readonly Exchange[]; result: Result }>

/** Checks each server's answers to each scenario, then measures them round by round. */
export async function measureAll(
  targets: readonly Target[],
  scenarios: readonly ScenarioName[],
  truth: Truth,
  plan: Plan,
): Promise<readonly Result[]> {
  const results: Result[] = []
  for (const scenario of scenarios) {
    const contests: Contest[] = []
    for (const target of targets) contests.push(await prepare(target, scenario, truth))
    for (let round = 0; round < plan.rounds; round += 1)
      for (const contest of rotate(contests, round)) await measure(contest, plan)
    results.push(...contests.map(({ result }) => result))
  }
  return results
}

/** Lets a server answer each question of a scenario once, and keeps what is asked and what comes back. */
export async function prepare(target: Target, scenario: ScenarioName, truth: Truth): Promise<Contest> {
  const questions = await makeQuestions(scenario, target, truth)
  const exchanges = await verify(await target.open(), questions).catch((error: unknown) => {
    throw new Error(`${target.name}, ${scenario}: ${String(error)}`)
  })
  const { name: server, node, plain } = target
  const result: Result = { scenario, server, node, rounds: [], ...(plain === undefined ? {} : { plain }) }
  return { target, exchanges, result }
}

/** Each round begins with another server. */
export function rotate<T>(values: readonly T[], by: number): readonly T[] {
  return values.map((_, index) => values[(index + by) % values.length] as T)
}

async function measure({ target, exchanges, result }: Contest, plan: Plan): Promise<void> {
  const address = await target.open()
  const fresh = exchanges.map((exchange) => ({ ...exchange, request: makeRequest(address, exchange.body) }))
  await load(target.port, fresh, plan.warmSeconds)
  const found = await load(target.port, fresh, plan.seconds)
  result.rounds.push(found)
  const words = [
    result.scenario,
    `${target.name} on Node ${target.node}`,
    `${Math.round(found.rate)} requests/s`,
  ]
  process.stdout.write(`${words.join(' · ')}\n`)
}
