// What an app needs to reach the outside, for tests that start no server: it reaches nothing but what a test opens.
import type { Outgoing } from '../../src/api/context.ts'
import { usualLimits } from '../../src/config/limits.ts'
import type { Pool } from '../../src/database/connect.ts'
import { createSlots } from '../../src/effects/slots.ts'
import type { Registry } from '../../src/metadata/registry.ts'
import { createSender } from '../../src/outgoing/send.ts'

/** Nothing is delivered: nobody is there to be woken. */
export function makeOutgoing(pool: Pool, readRegistry: () => Registry): Outgoing {
  const reach = { allowPrivate: false, variables: {} }
  return {
    pool,
    readRegistry,
    reload: async () => {},
    sender: createSender(reach),
    key: Buffer.alloc(32, 1),
    limits: usualLimits,
    reach,
    outside: { wake() {}, ask: async () => [], slots: createSlots(1), limits: usualLimits },
    wakeSending() {},
  }
}
