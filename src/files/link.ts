// Signed addresses: whoever has one may read one file, or send one, until it ends.
import { createHmac, timingSafeEqual } from 'node:crypto'

/** What a link is good for: `read` a file, or `put` so many bytes of it. */
export type Grant = Readonly<{ kind: 'read'; id: string } | { kind: 'put'; id: string; size: number }>

/** How long links are good, in seconds. */
const readSeconds = 60 * 60
export const putSeconds = 60 * 60

/** The query string of a link that ends at the moment given, in seconds since 1970. */
export function signLink(key: Buffer, grant: Grant, expires: number): string {
  const size = grant.kind === 'put' ? `&size=${grant.size}` : ''
  return `expires=${expires}${size}&signature=${writeSignature(key, grant, expires)}`
}

/** The seconds that the link behind a query string has left; undefined when this key did not sign it or it has ended. */
export function checkLink(
  key: Buffer,
  grant: Grant,
  query: URLSearchParams,
  now = Date.now(),
): number | undefined {
  const text = query.get('expires') ?? ''
  if (!/^\d{1,12}$/.test(text)) return undefined
  const left = Number(text) - Math.floor(now / 1000)
  const given = Buffer.from(query.get('signature') ?? '')
  const right = Buffer.from(writeSignature(key, grant, Number(text)))
  return given.length === right.length && timingSafeEqual(given, right) && left > 0 ? left : undefined
}

/** The end of a link that is read from now on: the same for half an hour, so that browsers can keep what they loaded. */
export function findReadEnd(now = Date.now()): number {
  const half = readSeconds / 2
  return (Math.floor(now / 1000 / half) + 2) * half
}

function writeSignature(key: Buffer, grant: Grant, expires: number): string {
  const size = grant.kind === 'put' ? grant.size : ''
  return createHmac('sha256', key).update(`${grant.kind} ${grant.id} ${size} ${expires}`).digest('base64url')
}
