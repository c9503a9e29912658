// Secrets and seals: another name, generation or key is another secret, and what was sealed opens with its key alone.
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { openText, sealText } from '../../src/outgoing/seal.ts'
import { deriveSecret, signMessage, writeSecret } from '../../src/outgoing/sign.ts'

const key = Buffer.alloc(32, 1)
const other = Buffer.alloc(32, 2)

describe('a secret', () => {
  it('is another one for each key, endpoint and generation', () => {
    const names = [
      [key, { endpoint: 'a', generation: 1 }],
      [key, { endpoint: 'a', generation: 2 }],
      [key, { endpoint: 'b', generation: 1 }],
      [other, { endpoint: 'a', generation: 1 }],
    ] as const
    const secrets = names.map(([each, name]) => writeSecret(deriveSecret(each, name)))
    expect(new Set(secrets).size).toBe(4)
    for (const secret of secrets) expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  })

  it('signs so that the public verifier agrees, and refuses another body', () => {
    const secret = deriveSecret(key, { endpoint: 'a', generation: 1 })
    const message = { id: 'm1', timestamp: Math.floor(Date.now() / 1000), body: '{"a":"ä"}' }
    const headers = {
      ...signMessage([deriveSecret(other, { endpoint: 'a', generation: 1 }), secret], message),
    }
    const verifier = new Webhook(writeSecret(secret))
    expect(verifier.verify(message.body, headers)).toEqual({ a: 'ä' })
    expect(() => verifier.verify('{"a":"b"}', headers)).toThrow('No matching signature found')
  })
})

describe('a sealed text', () => {
  it('opens with its key, and looks different each time', () => {
    const [one, two] = [sealText(key, 'tokén'), sealText(key, 'tokén')]
    expect(one).not.toBe(two)
    expect([openText(key, one), openText(key, two)]).toEqual(['tokén', 'tokén'])
  })

  it('opens neither with another key nor when it was changed', () => {
    const sealed = sealText(key, 'token')
    const bytes = Buffer.from(sealed, 'base64')
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    expect(() => openText(other, sealed)).toThrow()
    expect(() => openText(key, bytes.toString('base64'))).toThrow()
  })
})
