// What the claims of a foreign token mean in this app; knows no signatures.
import { createHash } from 'node:crypto'
import { fail } from '../errors.ts'
import { describe, isObject } from '../reader.ts'
import { normaliseEmail } from './email.ts'
import type { IdentityProvider } from './identity-provider.ts'
import type { KnownViewer } from './realm.ts'

export type Claims = Readonly<Record<string, unknown>>

/** The viewer whom verified claims describe. Roles come through the map only; no user is made. */
export function readForeignViewer(provider: IdentityProvider, subject: string, claims: Claims): KnownViewer {
  const email = readEmail(claims, provider.emailClaim)
  const attributes = provider.attributesClaims.flatMap(({ attribute, claim }) => {
    const value = findClaim(claims, claim)
    return value === undefined ? [] : [[attribute, value] as const]
  })
  return {
    id: deriveId(provider.issuer, subject),
    ...(email === undefined ? {} : { email }),
    roles: readRoles(provider, claims),
    attributes: Object.fromEntries(attributes),
    origin: 'identity_provider',
  }
}

function readRoles({ rolesClaim, rolesMap }: IdentityProvider, claims: Claims): readonly string[] {
  const values = findClaim(claims, rolesClaim) ?? []
  if (!Array.isArray(values))
    throw fail(
      'UNAUTHENTICATED',
      `The claim ${rolesClaim} must be a list of texts, found ${describe(values)}`,
    )
  return [...new Set(rolesMap.filter(({ value }) => values.includes(value)).map(({ role }) => role))]
}

/** An address that the provider has not verified could be anybody's. */
function readEmail(claims: Claims, claim: string): string | undefined {
  const value = findClaim(claims, claim)
  if (typeof value !== 'string' || claims.email_verified === false) return undefined
  return normaliseEmail(value)
}

/** The claim of that very name, else the one that its dots lead to; own properties only. */
function findClaim(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name] ?? undefined
  let value: unknown = claims
  for (const part of name.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, part)) return undefined
    value = value[part]
  }
  return value ?? undefined
}

/** Always the same UUID for the same person of the same issuer, so that it can stand where ids of users do. */
function deriveId(issuer: string, subject: string): string {
  const bytes = createHash('sha256').update(`${issuer}|${subject}`).digest().subarray(0, 16)
  // Version 8 of RFC 9562: a UUID whose bits an application made, here by a hash.
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
