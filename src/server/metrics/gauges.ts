// The figures that are looked up when somebody asks: how each open app stands at this moment.
import { Gauge, type Registry } from 'prom-client'
import type { Figures } from '../../effects/figures.ts'

/** An open app: `figures` are absent when its database did not give them in time; the age is in milliseconds. */
export type Standing = Readonly<{
  app: string
  revision: number
  age: number
  requests: number
  figures: Figures | undefined
}>
/** Sets all gauges anew; apps that are not among them have none. */
export type SetGauges = (standings: readonly Standing[], knownApps: number) => void

type Reading = (standing: Standing, figures: Figures) => number

/** A number for each app. */
const single: Readonly<Record<string, readonly [string, Reading]>> = {
  metaloom_outbox_events_waiting: ['Events that are no deliveries yet.', (_, each) => each.eventsWaiting],
  metaloom_outbox_lag_seconds: ['How long the first of those has waited.', (_, each) => each.eventsLag],
  metaloom_delivery_lag_seconds: [
    'How long the first delivery has been due.',
    (_, each) => each.deliveriesLag,
  ],
}

/** A number for each app and state. */
const byState: Readonly<
  Record<string, readonly [string, (each: Figures) => Readonly<Record<string, number>>]>
> = {
  metaloom_deliveries: [
    'Deliveries by state; those that are due are among the waiting ones.',
    (each) => ({
      waiting: each.deliveriesWaiting,
      due: each.deliveriesDue,
      delivered: each.deliveriesDelivered,
      dead: each.deliveriesDead,
    }),
  ],
  metaloom_workflow_instances: ['Instances of workflows by state.', (each) => each.instances],
  metaloom_connections: [
    'Connections of this process to the database of the app; waiting ones are in a transaction.',
    (each) => each.connections,
  ],
}

/** Makes the gauges. */
export function createGauges(register: Registry): SetGauges {
  const registers = [register]
  const known = new Gauge({ name: 'metaloom_apps', help: 'Apps that there are.', registers })
  const open = new Gauge({ name: 'metaloom_apps_open', help: 'Apps that are open here.', registers })
  const ofApp = (name: string, help: string) => new Gauge({ name, help, labelNames: ['app'], registers })
  const revision = ofApp('metaloom_edition_revision', 'The revision of the definitions that are served.')
  const age = ofApp('metaloom_edition_age_seconds', 'How long ago they were known to be the newest.')
  const requests = ofApp('metaloom_requests_in_progress', 'Requests at work, or waiting for a place.')
  const answers = ofApp('metaloom_app_answers', 'Whether the database of the app gave its figures in time.')
  const singles = Object.entries(single).map(([name, [help, read]]) => ({ gauge: ofApp(name, help), read }))
  const states = Object.entries(byState).map(([name, [help, list]]) => ({
    gauge: new Gauge({ name, help, labelNames: ['app', 'state'], registers }),
    list,
  }))
  const perApp = [revision, age, requests, answers, ...singles.map(({ gauge }) => gauge)]
  return (standings, knownApps) => {
    for (const gauge of [...perApp, ...states.map((each) => each.gauge)]) gauge.reset()
    known.set(knownApps)
    open.set(standings.length)
    for (const standing of standings) {
      const { app, figures } = standing
      revision.set({ app }, standing.revision)
      age.set({ app }, standing.age / 1_000)
      requests.set({ app }, standing.requests)
      answers.set({ app }, figures ? 1 : 0)
      if (figures === undefined) continue
      for (const { gauge, read } of singles) gauge.set({ app }, read(standing, figures))
      for (const { gauge, list } of states)
        for (const [state, value] of Object.entries(list(figures))) gauge.set({ app, state }, value)
    }
  }
}
