// The receiver of webhooks: keeps which ids came and how often, and is slow or failing now and then, as receivers are.
import { randomInt } from 'node:crypto'
import { type Receiver, startReceiver } from '../test/support/receiver.ts'

export type Hooks = Readonly<{
  url: string
  /** How often each message came that was answered with 200, by its id. */
  accepted: ReadonlyMap<string, number>
  /** Messages that were answered with an error on purpose. */
  refused(): number
  stop(): Promise<void>
}>

/** One of so many messages is refused when it first comes, and one of so many takes half a second. */
const refuseOne = 50
const slowOne = 100

export async function startHooks(): Promise<Hooks> {
  const receiver: Receiver = await startReceiver()
  const accepted = new Map<string, number>()
  const refused = new Set<string>()
  receiver.respond(async ({ headers }) => {
    receiver.clear()
    if (randomInt(slowOne) === 0) await new Promise((resolve) => setTimeout(resolve, 500))
    const id = headers['webhook-id'] ?? ''
    if (!refused.has(id) && !accepted.has(id) && randomInt(refuseOne) === 0) {
      refused.add(id)
      return { status: 503 }
    }
    accepted.set(id, (accepted.get(id) ?? 0) + 1)
    return { status: 200 }
  })
  return { url: receiver.url, accepted, refused: () => refused.size, stop: receiver.stop }
}
