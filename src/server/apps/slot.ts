// One app as a process knows it: opened by the first who needs it, however many come at once, and closed again.
import type { Log } from '../../log.ts'
import type { OpenApp } from '../app.ts'
import { createGate, type Gate } from './gate.ts'
import type { AppPlace } from './places.ts'

/** `usedAt` is when it was last needed, on the clock of `performance`; `hasRoom` while it may have connections. */
export type Slot = {
  readonly place: AppPlace
  readonly gate: Gate
  app?: OpenApp | undefined
  opening?: Promise<OpenApp> | undefined
  closing?: Promise<void> | undefined
  hasRoom: boolean
  isGone: boolean
  usedAt: number
}

/** What opening and closing mean beside the app itself. */
export type SlotHooks = Readonly<{
  /** Waits for room, or refuses. */
  findRoom(slot: Slot): Promise<void>
  open(place: AppPlace): Promise<OpenApp>
  /** Called when it is closed, with the time at which its next work is due. */
  afterClose(place: AppPlace, nextDue: Date | undefined): Promise<void>
  refuseGone(name: string): Error
  log: Log
}>

export function createSlot(place: AppPlace, mostRequests: number): Slot {
  return {
    place,
    gate: createGate(place.name, mostRequests),
    hasRoom: false,
    isGone: false,
    usedAt: performance.now(),
  }
}

/** The app, opened if need be; who comes while it opens shares that. */
export async function openSlot(slot: Slot, hooks: SlotHooks): Promise<OpenApp> {
  slot.usedAt = performance.now()
  slot.opening ??= start(slot, hooks).catch((error: unknown) => {
    slot.opening = undefined
    slot.hasRoom = false
    throw error
  })
  return await slot.opening
}

async function start(slot: Slot, hooks: SlotHooks): Promise<OpenApp> {
  await slot.closing
  await hooks.findRoom(slot)
  const app = await hooks.open(slot.place)
  if (slot.isGone) {
    await app.close()
    throw hooks.refuseGone(slot.place.name)
  }
  slot.app = app
  return app
}

/** Closes the app if it is open; who needs it again waits for that and opens it anew. */
export async function closeSlot(slot: Slot, hooks: SlotHooks): Promise<void> {
  const { app } = slot
  if (app !== undefined) {
    slot.app = undefined
    slot.opening = undefined
    slot.closing = close(slot, app, hooks).finally(() => {
      slot.closing = undefined
    })
  }
  await slot.closing
}

async function close(slot: Slot, app: OpenApp, { afterClose, log }: SlotHooks): Promise<void> {
  try {
    await afterClose(slot.place, await app.close())
  } catch (error) {
    log.warn({ app: slot.place.name, error: String(error) }, 'an app was not closed cleanly')
  } finally {
    slot.hasRoom = false
  }
}
