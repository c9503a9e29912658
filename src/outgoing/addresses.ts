// Which addresses of the network a request that an app asked for may reach: public ones only, unless the operator opened the rest.
import { lookup as lookUp } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { fail } from '../errors.ts'

// The special-purpose registries of IANA, and what could lead back to IPv4 by translation.
const closed4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]
const closed6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']
const open6 = '2000::/3'

const closed = buildBlockList([...closed4, ...closed6])
const global6 = buildBlockList([open6])

function buildBlockList(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', length] = network.split('/')
    list.addSubnet(address, Number(length), isIP(address) === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}

/** Whether the address is one of the public Internet. */
export function isPublic(address: string): boolean {
  const kind = isIP(address)
  if (kind === 4) return !closed.check(address)
  return kind === 6 && global6.check(address, 'ipv6') && !closed.check(address, 'ipv6')
}

/** Says why an app may not send requests to `url`; undefined when it may. Names are checked again when they are looked up. */
export function findUrlProblem(text: string, allowPrivate: boolean): string | undefined {
  if (!URL.canParse(text)) return 'must be an address such as https://example.com/keys'
  const { protocol, username, password, hostname } = new URL(text)
  if (protocol !== 'https:' && !(allowPrivate && protocol === 'http:')) return 'must begin with https://'
  if (username !== '' || password !== '') return 'must not hold a user name or a password'
  const host = hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && !allowPrivate && !isPublic(host)) return 'must not lead to a private address'
  return undefined
}

/** A look-up for node:net that fails when a name leads to a private address, so that nothing is connected to. */
export const lookUpPublic: LookupFunction = checkLookUp(lookUp)

/** The same around another way to look names up. */
export function checkLookUp(resolve: typeof lookUp): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? []
      if (error || first === undefined) return callback(error, '', 0)
      if (!addresses.every(({ address }) => isPublic(address)))
        return callback(fail('FORBIDDEN', `${hostname} leads to a private address`), '', 0)
      if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}
