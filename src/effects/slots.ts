// A number of slots that are taken and given back; those who wait are served in the order in which they came.
import type { Slots } from '../pipeline/outside.ts'

/** Makes so many slots. */
export function createSlots(count: number): Slots {
  let free = count
  const waiting = new Set<() => void>()
  const tryTake = (): boolean => {
    if (free === 0) return false
    free--
    return true
  }
  return {
    tryTake,
    take(timeout) {
      if (tryTake()) return Promise.resolve(true)
      return new Promise((resolve) => {
        const settle = (isOurs: boolean): void => {
          clearTimeout(timer)
          waiting.delete(serve)
          resolve(isOurs)
        }
        const serve = (): void => settle(true)
        const timer = setTimeout(() => settle(false), timeout)
        waiting.add(serve)
      })
    },
    release() {
      const [next] = waiting
      if (next) next()
      else free++
    },
  }
}
