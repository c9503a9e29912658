// An app with webhooks and nobody who delivers: tests put events and deliveries there, and start the part they look at.
import { randomUUID } from 'node:crypto'
import { usualLimits } from '../../src/config/limits.ts'
import type { Row } from '../../src/database/connect.ts'
import type { Post } from '../../src/effects/attempt.ts'
import { createSender } from '../../src/outgoing/send.ts'
import { type PipelineApp, startPipeline } from '../pipeline/app.ts'

export type DeliveryApp = Readonly<{
  app: PipelineApp
  post: Post
  /** The ids of the webhooks, in the order in which they were defined. */
  webhooks: readonly string[]
  /** Puts a delivery for a webhook there. */
  add(webhook: string): Promise<string>
  rows(text: string): Promise<readonly Row[]>
  stop(): Promise<void>
}>

/** An app whose entity `ticket` has a webhook for each address. */
export async function startDeliveryApp(urls: readonly string[]): Promise<DeliveryApp> {
  const app = await startPipeline({
    entities: [{ name: 'ticket', fields: [{ name: 'title', type: 'string' }] }],
    webhooks: urls.map((url) => ({ entity: 'ticket', url })),
  })
  const sender = createSender({ allowPrivate: true, variables: {} })
  const post: Post = {
    pool: app.pool,
    readRegistry: () => app.registry,
    reload: async () => {},
    sender,
    key: Buffer.alloc(32, 1),
    limits: { ...usualLimits, firstPause: 10 },
  }
  const rows = (text: string) => app.rows(text)
  return {
    app,
    post,
    webhooks: app.registry.definitions.webhooks.map(({ id }) => id),
    async add(webhook) {
      const id = randomUUID()
      const text = `insert into _deliveries (id, event, endpoint, webhook, entity, record_id, action, body)
        values ($1, (select count(*) from _deliveries), $2, $2, 'ticket', 'one', 'create', '{}')`
      await app.rows(text, id, webhook)
      return id
    },
    rows,
    async stop() {
      await sender.close()
      await app.stop()
    },
  }
}
