// A real identity provider for tests: it publishes keys over HTTP and signs tokens with them.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

export type Issuer = Readonly<{
  url: string
  issuer: string
  /** How often the keys were asked for. */
  count(): number
  /** What it answers instead of the keys. */
  answer(
    reply: Readonly<{ status?: number; text?: string; location?: string; isSilent?: boolean }> | undefined,
  ): void
  /** Publishes a new key in the place of the old one, and signs with it from now on. */
  rotate(): Promise<void>
  /** Signs claims; undefined leaves a claim out, headers may be changed. */
  sign(
    claims?: Record<string, unknown>,
    header?: Record<string, unknown>,
    key?: CryptoKey | Uint8Array,
  ): Promise<string>
  stop(): Promise<void>
}>

export const audience = 'metaloom-demo'

/** Starts an issuer on a free port of this machine. */
export async function startIssuer(): Promise<Issuer> {
  let serial = 0
  let keys: JWK[] = []
  let privateKey: CryptoKey | undefined
  let requests = 0
  let reply: Parameters<Issuer['answer']>[0]
  const rotate = async (): Promise<void> => {
    const pair = await generateKeyPair('RS256', { extractable: true })
    serial += 1
    privateKey = pair.privateKey
    keys = [{ ...(await exportJWK(pair.publicKey)), kid: `key ${serial}`, alg: 'RS256', use: 'sig' }]
  }
  await rotate()
  const server = createServer((_request, response) => {
    requests += 1
    if (reply?.isSilent) return
    const headers = {
      'content-type': 'application/json',
      ...(reply?.location ? { location: reply.location } : {}),
    }
    response.writeHead(reply?.status ?? 200, headers)
    response.end(reply?.text ?? JSON.stringify({ keys }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/keys`
  const issuer = 'https://issuer.example.com/'
  return {
    url,
    issuer,
    count: () => requests,
    answer: (next) => {
      reply = next
    },
    rotate,
    async sign(claims = {}, header = {}, key = privateKey as CryptoKey) {
      const now = Math.floor(Date.now() / 1000)
      const all = { iss: issuer, aud: audience, sub: 'ada', iat: now, exp: now + 300, ...claims }
      return await new SignJWT(JSON.parse(JSON.stringify(all)))
        .setProtectedHeader({ alg: 'RS256', kid: `key ${serial}`, ...header })
        .sign(key)
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
