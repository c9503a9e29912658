// Signs what goes out as Standard Webhooks say, with secrets that are derived and so stand nowhere.
import { createHmac, hkdfSync } from 'node:crypto'

/** One secret of an endpoint: each generation is another one. */
export type SecretName = Readonly<{ endpoint: string; generation: number }>

/** What is signed: the id of the message, the second at which it is sent (Unix), and the exact text of its body. */
export type Message = Readonly<{ id: string; timestamp: number; body: string }>

const secretBytes = 32

/** Derives a secret from the key of the app; whoever changes the server's secret changes them all. */
export function deriveSecret(key: Buffer, { endpoint, generation }: SecretName): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', `${generation} ${endpoint}`, secretBytes))
}

/** A secret as receivers are given it: `whsec_` and base64. */
export function writeSecret(secret: Buffer): string {
  return `whsec_${secret.toString('base64')}`
}

/** The three headers of a signed message; one signature for each secret that is good. */
export function signMessage(secrets: readonly Buffer[], message: Message): Readonly<Record<string, string>> {
  const { id, timestamp, body } = message
  const signed = `${id}.${timestamp}.${body}`
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`,
  )
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  }
}
