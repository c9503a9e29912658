// Builds what the webhooks of the entities come to, and names every problem on the way.
import { describe, suggest } from '../reader.ts'
import { type Basis, buildBasis, buildGround, type Report, type Subject } from './behaviour/basis.ts'
import { compileCondition, usesNow } from './behaviour/compile.ts'
import type { Environment, Expression } from './expression/expression.ts'
import { isTrue } from './expression/values.ts'
import type { DefinitionProblem, Definitions } from './registry.ts'
import { nameWebhook, type StoredWebhook, type WebhookHook } from './webhook.ts'
import type { ReadyWebhook, Webhooks } from './webhooks.ts'

/** The webhooks by entity, all of them by id whether active or not, and every problem. */
export type BuiltWebhooks = Readonly<{
  webhooks: ReadonlyMap<string, Webhooks>
  byId: ReadonlyMap<string, ReadyWebhook>
  problems: readonly DefinitionProblem[]
}>

/** Builds all of it once; when there are problems, what was built is not to be used. */
export function buildWebhooks(
  { webhooks }: Pick<Definitions, 'webhooks'>,
  subjects: ReadonlyMap<string, Subject>,
): BuiltWebhooks {
  const problems: DefinitionProblem[] = []
  const byId = new Map<string, ReadyWebhook>()
  const ground = buildGround(subjects, new Map())
  for (const webhook of webhooks) {
    const report = (path: string, message: string): undefined => {
      problems.push({ kind: 'webhook', name: nameWebhook(webhook), path, message })
      return undefined
    }
    const subject = subjects.get(webhook.entity)
    if (webhook.event) byId.set(webhook.id, { ...webhook, usesNow: false, applies: () => true })
    else if (subject) byId.set(webhook.id, makeReady(buildBasis(ground, subject), webhook, report))
    else
      report(
        'entity',
        `names no entity: ${describe(webhook.entity)}${suggest(webhook.entity, subjects.keys())}`,
      )
  }
  const names = new Set([...byId.values()].map(({ entity }) => entity))
  return {
    webhooks: new Map([...names].map((name) => [name, sortByHook([...byId.values()], name)])),
    byId,
    problems,
  }
}

function sortByHook(webhooks: readonly ReadyWebhook[], entity: string): Webhooks {
  const own = webhooks.filter((webhook) => webhook.active && webhook.entity === entity)
  const listOf = (hook: WebhookHook, isAsync: boolean) =>
    own.filter((webhook) => webhook.hook === hook && webhook.async === isAsync)
  return Object.freeze({
    asked: {
      before_write: listOf('before_write', false),
      before_delete: listOf('before_delete', false),
      after_write: listOf('after_write', false),
      after_delete: listOf('after_delete', false),
    },
    told: { after_write: listOf('after_write', true), after_delete: listOf('after_delete', true) },
  })
}

function makeReady(basis: Basis, webhook: StoredWebhook, report: Report): ReadyWebhook {
  const { condition: text } = webhook
  const condition =
    text === undefined ? undefined : compileCondition(basis, { text, path: 'condition', loads: [] }, report)
  if (condition) refuseSecrets(basis, condition, report)
  return Object.freeze({
    ...webhook,
    usesNow: usesNow(condition),
    applies: (environment: Environment) => condition === undefined || isTrue(condition.evaluate(environment)),
  })
}

/** A secret is in no event, so that nothing could be said of it later. */
function refuseSecrets({ subject }: Basis, { reads }: Expression, report: Report): void {
  for (const [name = '', field = ''] of reads)
    if (['record', 'old', 'changes'].includes(name) && subject.fieldsByName.get(field)?.secret)
      report('condition', `reads ${name}.${field}, which is secret; a webhook learns nothing of secrets`)
}
