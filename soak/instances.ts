// Two instances of the built server on one PostgreSQL, of which one is ended and started again from time to time.
import { setTimeout as sleep } from 'node:timers/promises'
import { type ServerProcess, startProcess } from '../test/support/process.ts'
import type { Figures } from './figures.ts'

export type Instances = Readonly<{
  /** The address of one that runs, each in turn; of another than `not` where there is one. */
  pick(not?: string): string
  /** Ends one after the other, every so many seconds, by SIGTERM and by SIGKILL in turn, until `isOver`. */
  keepRestarting(every: number, isOver: () => boolean): Promise<void>
  watchMemory(isOver: () => boolean): Promise<void>
  /** What they wrote, which is to be nothing but their addresses. */
  output(): string
  stop(): Promise<void>
}>

type Instance = { readonly name: string; process: ServerProcess; isUp: boolean }
export type Place = Readonly<{ databaseUrl: string; dataDir: string; entry: string }>

const environment = { METALOOM_ALLOW_PRIVATE_WEBHOOKS: '1', METALOOM_LOG_LEVEL: 'error' }

/** Starts both; the first makes what there is to make. */
export async function startInstances(place: Place, figures: Figures): Promise<Instances> {
  const start = () => startProcess(place.databaseUrl, place.dataDir, environment, place.entry)
  const instances: Instance[] = []
  for (const name of ['one', 'two']) instances.push({ name, process: await start(), isUp: true })
  const outputs: string[] = []
  let turn = 0

  const restart = async (instance: Instance, signal: NodeJS.Signals): Promise<void> => {
    const at = figures.now()
    // A proxy asks /readyz, so it sends nothing more to one that drains; one that is killed is noticed by lost requests only.
    if (signal === 'SIGTERM') instance.isUp = false
    await instance.process.kill(signal)
    instance.isUp = false
    outputs.push(instance.process.output())
    instance.process = await start()
    instance.isUp = true
    figures.noteRestart({ at, instance: instance.name, signal, seconds: figures.now() - at })
  }
  return {
    pick(not) {
      const up = instances.filter(({ isUp }) => isUp)
      const others = up.filter(({ process }) => process.url !== not)
      const choice = others.length > 0 ? others : up
      turn += 1
      return choice[turn % choice.length]?.process.url ?? 'http://127.0.0.1:1'
    },
    async keepRestarting(every, isOver) {
      for (let count = 0; ; count += 1) {
        for (let waited = 0; waited < every && !isOver(); waited += 1) await sleep(1_000)
        const instance = instances[count % 2]
        if (isOver() || instance === undefined) return
        await restart(instance, count % 4 < 2 ? 'SIGTERM' : 'SIGKILL')
      }
    },
    async watchMemory(isOver) {
      while (!isOver()) {
        for (const { name, process, isUp } of instances) if (isUp) await figures.noteMemory(name, process.pid)
        await sleep(1_000)
      }
    },
    output: () => [...outputs, ...instances.map(({ process }) => process.output())].join(''),
    async stop() {
      for (const { process } of instances) await process.kill('SIGTERM')
    },
  }
}
