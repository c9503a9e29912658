// The address that a request comes from: the socket's, unless that is a trusted proxy, which may name another.
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

export type ReadAddress = (request: IncomingMessage) => string

/** Networks are such as `10.0.0.0/8`; only what comes from them may say `X-Forwarded-For`. */
export function createAddressReader(trustedProxies: readonly string[]): ReadAddress {
  const trusted = buildList(trustedProxies)
  const isTrusted = (address: string): boolean =>
    isIP(address) !== 0 && trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  return (request) => {
    let address = normalise(request.socket.remoteAddress ?? 'unknown')
    if (request.headers['x-forwarded-for'] === undefined) return address
    // Each proxy adds whom it heard at the end; what stands before the first untrusted one anybody may have written.
    for (const named of readForwarded(request).reverse()) {
      if (!isTrusted(address) || isIP(named) === 0) break
      address = normalise(named)
    }
    return address
  }
}

function buildList(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', length] = network.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    list.addSubnet(address, Number(length ?? (family === 'ipv6' ? 128 : 32)), family)
  }
  return list
}

function readForwarded(request: IncomingMessage): string[] {
  const header = request.headers['x-forwarded-for']
  const text = Array.isArray(header) ? header.join(',') : (header ?? '')
  return text.split(',').map((part) => part.trim().replace(/^\[|\]$/g, ''))
}

/** A server that listens on IPv6 sees IPv4 clients as `::ffff:1.2.3.4`. */
function normalise(address: string): string {
  return address
    .toLowerCase()
    .replace(/^::ffff:(?=[\d.]+$)/, '')
    .replace(/%.*$/, '')
}
