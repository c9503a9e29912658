// All figures of a process, in the text that Prometheus reads.
import { collectDefaultMetrics, Registry } from 'prom-client'
import { findFigures } from '../../effects/figures.ts'
import type { Apps, OpenPlace } from '../apps/directory.ts'
import { within } from '../within.ts'
import { type AppMeter, createAppMeters } from './app-meters.ts'
import { createGauges, type Standing } from './gauges.ts'
import { type CountRequest, createRequestCounter } from './requests.ts'

export type Metrics = Readonly<{
  countRequest: CountRequest
  openMeter(app: string): AppMeter
  contentType: string
  /** Reads what has to be looked up, and writes everything; those who ask at once share one answer. */
  write(apps: Pick<Apps, 'listOpen' | 'listNames'>): Promise<string>
}>

/** Milliseconds that the database of an app has to give its figures. */
const mostWait = 2_000

/** Makes the figures; those of the process itself are kept from the first time that somebody asks. */
export function createMetrics(): Metrics {
  const register = new Registry()
  const setGauges = createGauges(register)
  let isFirst = true
  let writing: Promise<string> | undefined
  const write = async (apps: Pick<Apps, 'listOpen' | 'listNames'>): Promise<string> => {
    if (isFirst) collectDefaultMetrics({ register })
    isFirst = false
    setGauges(await Promise.all(apps.listOpen().map(findStanding)), apps.listNames().length)
    return await register.metrics()
  }
  return {
    countRequest: createRequestCounter(register),
    openMeter: createAppMeters(register),
    contentType: register.contentType,
    write(apps) {
      writing ??= write(apps).finally(() => {
        writing = undefined
      })
      return writing
    },
  }
}

async function findStanding({ name, app, requests }: OpenPlace): Promise<Standing> {
  const { revision } = app.app.readEdition()
  const figures = await within(mostWait, findFigures(app.app.pool))
  return { app: name, revision, age: app.age(), requests, figures }
}
