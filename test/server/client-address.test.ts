// The address of a client: what a proxy says counts when the proxy is trusted, and never when it is not.
import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { createAddressReader } from '../../src/server/client-address.ts'

function read(socket: string | undefined, forwarded: string | undefined, trusted: readonly string[]): string {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
  return createAddressReader(trusted)({ socket: { remoteAddress: socket }, headers } as IncomingMessage)
}

describe('the address of a request', () => {
  it.each<[string, string | undefined, string | undefined, string[], string]>([
    ['is that of the socket', '198.51.100.7', undefined, [], '198.51.100.7'],
    ['is not what anybody writes', '198.51.100.7', '1.2.3.4', [], '198.51.100.7'],
    ['is not what an untrusted proxy says', '198.51.100.7', '1.2.3.4', ['10.0.0.0/8'], '198.51.100.7'],
    ['is what a trusted proxy says', '10.0.0.1', '1.2.3.4', ['10.0.0.0/8'], '1.2.3.4'],
    ['is the last that is not trusted', '10.0.0.1', '6.6.6.6, 1.2.3.4, 10.9.9.9', ['10.0.0.0/8'], '1.2.3.4'],
    ['is the first of trusted ones', '10.0.0.1', '10.0.0.3, 10.0.0.2', ['10.0.0.0/8'], '10.0.0.3'],
    ['is the proxy when it says nonsense', '10.0.0.1', '1.2.3.4, evil', ['10.0.0.1'], '10.0.0.1'],
    ['is the proxy when it says nothing', '10.0.0.1', '', ['10.0.0.1'], '10.0.0.1'],
    ['is IPv4 on a socket for both', '::ffff:10.0.0.1', '1.2.3.4', ['10.0.0.0/8'], '1.2.3.4'],
    ['may be IPv6', '::1', '2606:4700::1', ['::1/128'], '2606:4700::1'],
    ['may be IPv6 in brackets', '::1', '[2606:4700::1]', ['::1'], '2606:4700::1'],
    ['loses its zone', 'fe80::1%eth0', undefined, [], 'fe80::1'],
    ['may be gone', undefined, '1.2.3.4', ['10.0.0.0/8'], 'unknown'],
  ])('%s: %s forwarded for %s', (_, socket, forwarded, trusted, expected) => {
    expect(read(socket, forwarded, trusted)).toBe(expected)
  })
})

describe('the setting', () => {
  const settings = (networks: string) => readConfig({ METALOOM_TRUSTED_PROXIES: networks }, '/nowhere')

  it('is a list of networks and addresses', () => {
    expect(settings('10.0.0.0/8, ::1,192.0.2.1').trustedProxies).toEqual(['10.0.0.0/8', '::1', '192.0.2.1'])
    expect(settings('').trustedProxies).toEqual([])
  })

  it.each([
    '10.0.0.0/33',
    'hello',
    '10.0.0.0/8,',
    '::/129',
    '10.0.0.0/-1',
    '0.0.0.0/0 ; ::/0',
    'fe80::1%eth0',
  ])('%j stops the start', (networks) => {
    expect(() => settings(networks)).toThrow(
      /METALOOM_TRUSTED_PROXIES: must be an address or a network such as/,
    )
  })
})
