// The apps of a process: follows the list of them, opens each on first use or when its work is due, and closes it when it idles.
import { randomUUID } from 'node:crypto'
import type { Config } from '../../config.ts'
import { withDatabase } from '../../database/databases.ts'
import { follow } from '../../database/listen.ts'
import { type AppError, fail } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { AppAddress, OpenApp } from '../app.ts'
import type { Guest } from './gate.ts'
import { healApp, type Registrar } from './lifecycle.ts'
import { type AppEntry, appsChannel, leaseApp, listApps, renewLeases, returnApp } from './places.ts'
import { countPlaces, createRoom } from './room.ts'
import { closeSlot, createSlot, openSlot, type Slot, type SlotHooks } from './slot.ts'

/** An open app, and how many of its requests are at work or wait for a place. */
export type OpenPlace = Readonly<{ name: string; app: OpenApp; requests: number }>

export type Apps = Readonly<{
  /** Lets a request in, when the app is open and has a place for it; resolves to what is called at its end. */
  enter(name: string, guest: Guest): Promise<() => void>
  /** The app, which is open for those who have entered. */
  find(name: string): OpenApp | undefined
  listNames(): readonly string[]
  listOpen(): readonly OpenPlace[]
  /** Which apps, or `_platform` for the list of them, were not up to date for so many milliseconds. */
  listLate(milliseconds: number): readonly string[]
  /** Resolves when what the list says by now is followed, and apps that are gone are closed. */
  refresh(): Promise<void>
  endSubscriptions(): Promise<void>
  stop(): Promise<void>
}>

export type DirectoryOptions = Readonly<{
  registrar: Registrar
  config: Config
  open(address: AppAddress): Promise<OpenApp>
  log: Log
}>

/** Requests that may work at once, for each connection of an app. */
const requestsPerConnection = 4
/** A lease is renewed long before it ends, in milliseconds. */
const renewEvery = 10_000

/** Reads the list, removes what crashes left half made, and follows it from then on. */
export async function startDirectory(options: DirectoryOptions): Promise<Apps> {
  const { registrar, config, log } = options
  const slots = new Map<string, Slot>()
  const closing = new Set<Promise<void>>()
  const instance = randomUUID()
  const findRoom = createRoom(countPlaces(config.limits.connections, config.limits.pool), () =>
    slots.values(),
  )
  let readAt = performance.now()
  let renewedAt = performance.now()

  const report = (what: string, app?: string) => (error: unknown) =>
    log.error({ ...(app === undefined ? {} : { app }), error: String(error) }, what)
  const hooks: SlotHooks = {
    findRoom: (slot) => findRoom(slot, hooks),
    async open(place) {
      if (!(await leaseApp(registrar.pool, place.name, instance))) throw refuseGone(place.name)
      return await options.open({ ...place, url: withDatabase(registrar.url, place.database) })
    },
    afterClose: ({ name }, nextDue) => returnApp(registrar.pool, name, instance, nextDue),
    refuseGone,
    log,
  }
  const remove = (name: string, slot: Slot): void => {
    slots.delete(name)
    slot.isGone = true
    const closed = closeSlot(slot, hooks)
    closing.add(closed)
    void closed.finally(() => closing.delete(closed))
  }
  const take = (entries: readonly AppEntry[]): void => {
    const ready = new Map(entries.filter(({ state }) => state === 'ready').map((each) => [each.name, each]))
    for (const [name, slot] of slots)
      if (ready.get(name)?.database !== slot.place.database) remove(name, slot)
    for (const [name, place] of ready)
      if (!slots.has(name)) slots.set(name, createSlot(place, requestsPerConnection * config.limits.pool))
  }
  /** What is left to do for the apps, once the list is known. */
  const look = async (entries: readonly AppEntry[]): Promise<void> => {
    for (const { name, state } of entries)
      if (state !== 'ready') await healApp(registrar, name).catch(report('an app was not removed', name))
    for (const { name, isDue } of entries) {
      const slot = isDue ? slots.get(name) : undefined
      if (slot) void openSlot(slot, hooks).catch(report('an app whose work is due was not opened', name))
    }
    await closeIdle(slots.values(), config.idleAfter, hooks)
    if (performance.now() - renewedAt < renewEvery) return
    renewedAt = performance.now()
    const open = [...slots.values()].filter(({ app }) => app !== undefined).map(({ place }) => place.name)
    if (open.length > 0) await renewLeases(registrar.pool, open, instance)
  }
  let last: Promise<readonly AppEntry[]> = Promise.resolve([])
  /** One after another: an older list must not come behind a newer one. */
  const read = (): Promise<readonly AppEntry[]> => {
    last = last
      .catch(() => [])
      .then(async () => {
        const entries = await listApps(registrar.pool)
        take(entries)
        readAt = performance.now()
        return entries
      })
    return last
  }
  let looking: Promise<void> | undefined
  const poll = (): void => {
    looking ??= read()
      .then(look)
      .catch(report('the apps could not be looked after'))
      .finally(() => {
        looking = undefined
      })
  }
  await look(await read())
  const follower = await follow({
    url: registrar.url,
    channel: appsChannel,
    onNotify: () => void read().catch(report('the list of apps could not be read')),
    onPoll: poll,
    pollEvery: config.pollEvery,
    log: report('the list of apps could not be followed'),
  })
  return {
    async enter(name, guest) {
      const slot = slots.get(name)
      if (slot === undefined) throw refuseGone(name)
      const leave = await slot.gate.enter(guest)
      try {
        if (slot.app === undefined) await openSlot(slot, hooks)
      } catch (error) {
        leave()
        throw slot.isGone ? refuseGone(name) : error
      }
      return () => {
        slot.usedAt = performance.now()
        leave()
      }
    },
    find: (name) => slots.get(name)?.app,
    listNames: () => [...slots.keys()].sort(),
    listOpen: () =>
      [...slots].flatMap(([name, { app, gate }]) => (app ? [{ name, app, requests: gate.count() }] : [])),
    listLate(milliseconds) {
      const late = [...slots.values()].filter(({ app }) => app !== undefined && app.age() > milliseconds)
      const names = late.map(({ place }) => place.name)
      return performance.now() - readAt > milliseconds ? [...names, '_platform'] : names
    },
    async refresh() {
      await read()
      await Promise.all(closing)
    },
    async endSubscriptions() {
      await Promise.all([...slots.values()].map(({ app }) => app?.endSubscriptions()))
    },
    async stop() {
      await follower.stop()
      await looking
      await Promise.all([...slots.values()].map((slot) => endSlot(slot, hooks)))
      await Promise.all(closing)
    },
  }
}

function refuseGone(name: string): AppError {
  return fail('NOT_FOUND', `There is no app ${JSON.stringify(name)} here`)
}

/** Work that is due before the app would idle again keeps it open. */
async function closeIdle(slots: Iterable<Slot>, idleAfter: number, hooks: SlotHooks): Promise<void> {
  const isIdle = ({ app, gate, usedAt }: Slot): boolean =>
    app !== undefined && gate.count() === 0 && performance.now() - usedAt >= idleAfter
  for (const slot of [...slots].filter(isIdle)) {
    const due = await slot.app?.nextDue()
    if (due !== undefined && due.getTime() - Date.now() < idleAfter) slot.usedAt = performance.now()
    else if (isIdle(slot)) await closeSlot(slot, hooks)
  }
}

async function endSlot(slot: Slot, hooks: SlotHooks): Promise<void> {
  slot.isGone = true
  await slot.opening?.catch(() => undefined)
  await closeSlot(slot, hooks)
}
