// Headers that every reply has, so that browsers make nothing of it that it is not; pages and files say more for themselves.
import type { ServerResponse } from 'node:http'
import type { Route } from './routes.ts'

const always = Object.entries({
  'content-security-policy':
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
})

/** Sets them. Files may be shown in pages of other sites by whoever has a link, all else may not be loaded there. */
export function setSecureHeaders(response: ServerResponse, { kind }: Route): void {
  for (const [name, value] of always) response.setHeader(name, value)
  response.setHeader('cross-origin-resource-policy', kind === 'file' ? 'cross-origin' : 'same-origin')
}
