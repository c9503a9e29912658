// Calls webhooks that a write waits for: signed like all others, once, and whoever does not say yes says no.
import type { Sql } from '../database/connect.ts'
import type { Outcome } from '../outgoing/send.ts'
import type { Question, Verdict } from '../pipeline/outside.ts'
import { isObject } from '../reader.ts'
import { isTaken, type Post, sendSigned } from './attempt.ts'
import { findGenerations, listSecrets } from './endpoint.ts'

const longestReason = 300

/** Calls all at once; the answers stand in the order of the questions. */
export async function askEndpoints(
  post: Post,
  sql: Sql,
  questions: readonly Question[],
): Promise<readonly Verdict[]> {
  const known = await findGenerations(
    sql,
    questions.map(({ webhook }) => webhook.id),
  )
  return await Promise.all(
    questions.map(async ({ webhook, id, body, timeout }) => {
      const generations = known.get(webhook.id) ?? { endpoint: webhook.id, generation: 1, hasPrevious: false }
      const parcel = { target: webhook, id, body }
      return judge(await sendSigned(post, parcel, listSecrets(post.key, generations), timeout))
    }),
  )
}

/** Where something lies inside is for administrators, who can try the webhook out. */
function judge(outcome: Outcome): Verdict {
  if (isTaken(outcome)) return {}
  if (outcome.kind === 'failed') return { refusal: 'a webhook that has to agree did not answer' }
  return { refusal: `a webhook refused: ${readReason(outcome.text) ?? `it answered ${outcome.status}`}` }
}

/** The receiver's own words, where its answer is JSON with a `message` or an `error`. */
function readReason(text: string): string | undefined {
  try {
    const reply: unknown = JSON.parse(text)
    const reason = isObject(reply) ? (reply.message ?? reply.error) : undefined
    return typeof reason === 'string' && reason !== '' ? reason.slice(0, longestReason) : undefined
  } catch {
    return undefined
  }
}
