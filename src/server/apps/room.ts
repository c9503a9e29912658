// Shares the connections of a process among its apps: who was not needed for longest makes room for who is needed now.
import { fail } from '../../errors.ts'
import { closeSlot, type Slot, type SlotHooks } from './slot.ts'

/** Connections beside its pool that an app listens with, at most. */
const listening = 3

/** How many apps can be open at once, with so many connections in all and so many for each; one can always. */
export function countPlaces(mostConnections: number, poolSize: number): number {
  return Math.max(1, Math.floor((mostConnections - poolSize - 1) / (poolSize + listening)))
}

/** Finds room for one after another; LIMIT_EXCEEDED when every open app is at work. */
export function createRoom(
  places: number,
  listSlots: () => Iterable<Slot>,
): (slot: Slot, hooks: SlotHooks) => Promise<void> {
  let last: Promise<void> = Promise.resolve()
  const find = async (slot: Slot, hooks: SlotHooks): Promise<void> => {
    for (;;) {
      const open = [...listSlots()].filter((each) => each !== slot && each.hasRoom)
      if (open.length < places) break
      await closeSlot(findVictim(open), hooks)
    }
    slot.hasRoom = true
  }
  return (slot, hooks) => {
    const found = last.then(() => find(slot, hooks))
    last = found.catch(() => undefined)
    return found
  }
}

/** One that is closing already, or the one not needed for longest. */
function findVictim(open: readonly Slot[]): Slot {
  const unused = open
    .filter(({ gate, app, closing }) => closing !== undefined || (app !== undefined && gate.count() === 0))
    .sort((one, other) => one.usedAt - other.usedAt)
  const victim = unused.find(({ closing }) => closing !== undefined) ?? unused[0]
  if (victim) return victim
  const message = `All connections that this server may open are in use by ${open.length} other ${open.length === 1 ? 'app' : 'apps'}; try again later`
  throw fail('LIMIT_EXCEEDED', message, undefined, { retryAfter: 1 })
}
