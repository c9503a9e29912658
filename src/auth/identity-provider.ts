// The identity provider of an app: whose tokens are taken beside our own, and what their claims mean here.
import { run, type Sql } from '../database/connect.ts'
import { failAll, type Problem } from '../errors.ts'
import { findUrlProblem } from '../outgoing/addresses.ts'
import { isStorable, joinPath } from '../reader.ts'
import { findKeysProblem } from './remote-keys.ts'
import { ownIssuer } from './tokens.ts'
import { readRoles } from './user-input.ts'

/** A value of the roles claim, and the role that it gives here. */
export type RoleMapping = Readonly<{ value: string; role: string }>
/** An attribute of the viewer, and the claim that it is read from. */
export type AttributeMapping = Readonly<{ attribute: string; claim: string }>

/** Claims are named by their keys; with dots they reach into objects, such as `realm_access.roles`. */
export type IdentityProvider = Readonly<{
  issuer: string
  audience: string
  jwksUrl: string
  rolesClaim: string
  /** Values that are not listed give no role. */
  rolesMap: readonly RoleMapping[]
  emailClaim: string
  attributesClaims: readonly AttributeMapping[]
}>

export type IdentityProviderInput = Readonly<{
  issuer: string
  audience: string
  jwksUrl: string
  rolesClaim?: string | null | undefined
  rolesMap?: readonly RoleMapping[] | null | undefined
  emailClaim?: string | null | undefined
  attributesClaims?: readonly AttributeMapping[] | null | undefined
}>

const mostMappings = 200
const longestText = 500

/** Puts a provider in the place of the one there was; problems of the input are VALIDATION_FAILED. */
export async function setIdentityProvider(
  sql: Sql,
  input: IdentityProviderInput,
  { allowPrivate, path = 'input' }: Readonly<{ allowPrivate: boolean; path?: string }>,
): Promise<IdentityProvider> {
  const problems: Problem[] = []
  const provider = readInput(input, path, problems)
  const urlProblem =
    findUrlProblem(provider.jwksUrl, allowPrivate) ?? (await findKeysProblem(provider.jwksUrl, allowPrivate))
  if (urlProblem !== undefined)
    problems.push({ path: joinPath(path, 'jwksUrl'), field: 'jwksUrl', message: urlProblem })
  if (provider.issuer === ownIssuer)
    problems.push({
      path: joinPath(path, 'issuer'),
      field: 'issuer',
      message: `must not be ${ownIssuer}, which is ours`,
    })
  if (problems.length > 0) throw failAll('VALIDATION_FAILED', problems)
  const text = `insert into _identity_provider (definition) values ($1::jsonb)
    on conflict ("only") do update set definition = excluded.definition, changed_at = now()`
  await run(sql, { text, values: [provider] })
  return provider
}

function readInput(input: IdentityProviderInput, path: string, problems: Problem[]): IdentityProvider {
  const rolesMap = input.rolesMap ?? []
  const attributesClaims = input.attributesClaims ?? []
  const provider = {
    issuer: input.issuer,
    audience: input.audience,
    jwksUrl: input.jwksUrl,
    rolesClaim: input.rolesClaim ?? 'roles',
    emailClaim: input.emailClaim ?? 'email',
  }
  for (const [field, text] of Object.entries(provider)) checkClaim(text, joinPath(path, field), problems)
  for (const [field, list] of Object.entries({ rolesMap, attributesClaims }))
    if (list.length > mostMappings)
      problems.push({
        path: joinPath(path, field),
        message: `must be at most ${mostMappings}, found ${list.length}`,
      })
  return {
    ...provider,
    rolesMap: rolesMap.map(({ value, role }, index) => {
      const at = joinPath(joinPath(path, 'rolesMap'), index)
      checkClaim(value, joinPath(at, 'value'), problems)
      return { value, role: readRoles([role], joinPath(at, 'role'), problems)[0] ?? '' }
    }),
    attributesClaims: attributesClaims.map(({ attribute, claim }, index) => {
      const at = joinPath(joinPath(path, 'attributesClaims'), index)
      checkClaim(attribute, joinPath(at, 'attribute'), problems)
      checkClaim(claim, joinPath(at, 'claim'), problems)
      return { attribute, claim }
    }),
  }
}

function checkClaim(text: string, path: string, problems: Problem[]): void {
  if (text !== '' && text.length <= longestText && isStorable(text)) return
  problems.push({ path, message: `must be text of 1 to ${longestText} characters` })
}

/** The provider of the app; undefined when there is none. */
export async function findIdentityProvider(sql: Sql): Promise<IdentityProvider | undefined> {
  const text = 'select definition from _identity_provider'
  const [row] = await run<{ definition: IdentityProvider }>(sql, { text, values: [] })
  return row?.definition
}

/** Takes no foreign tokens any more; false when none were taken before. */
export async function removeIdentityProvider(sql: Sql): Promise<boolean> {
  const text = 'delete from _identity_provider returning 1 as removed'
  return (await run(sql, { text, values: [] })).length > 0
}
