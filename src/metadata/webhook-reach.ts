// What of a webhook depends on the server: whether its address may be reached, and whether its variables are on the operator's list.
import type { Problem } from '../errors.ts'
import { findUrlProblem } from '../outgoing/addresses.ts'
import { listVariables } from '../outgoing/headers.ts'
import type { Reach } from '../outgoing/send.ts'
import { describe, joinPath, suggest } from '../reader.ts'
import type { Webhook } from './webhook.ts'

/** Why this server would not send it; asked when it is saved, since a server that starts with other settings must still know it. */
export function findReachProblems(webhook: Webhook, path: string, reach: Reach): readonly Problem[] {
  const problem = findUrlProblem(webhook.url, reach.allowPrivate)
  const problems: Problem[] = problem === undefined ? [] : [{ path: joinPath(path, 'url'), message: problem }]
  for (const [header, value] of Object.entries(webhook.headers))
    for (const name of listVariables(value)) {
      if (Object.hasOwn(reach.variables, name)) continue
      const known = suggest(name, Object.keys(reach.variables))
      const message = `names a variable that is not on the server's list: ${describe(name)}${known}; the operator lists it in METALOOM_WEBHOOK_ENV`
      problems.push({ path: joinPath(joinPath(path, 'headers'), header), message })
    }
  return problems
}
