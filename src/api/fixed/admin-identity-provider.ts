// The identity provider of an app in its admin API: whose tokens are taken beside the built-in log-in.
import {
  type AttributeMapping,
  findIdentityProvider,
  type IdentityProvider,
  type RoleMapping,
  removeIdentityProvider,
  setIdentityProvider,
} from '../../auth/identity-provider.ts'
import type { Context } from '../context.ts'
import type { Builder } from './builder.ts'

const descriptions = {
  issuer: 'The claim `iss` of its tokens, letter by letter.',
  audience: 'What must stand in the claim `aud`.',
  jwksUrl: 'Where it publishes its keys, as a JSON Web Key Set; `https` only.',
  rolesClaim: 'The claim with a list of roles or groups. Dots reach into objects: `realm_access.roles`.',
  rolesMap: 'Which roles the values of that claim give here. Values that are not listed give none.',
  emailClaim: 'The claim with the e-mail; not read when `email_verified` is false.',
  attributesClaims: 'Which claims become attributes, which permissions may compare with.',
  value: 'A value of the claim.',
  role: 'The role that it gives; `admin` may do everything.',
  attribute: 'The name of the attribute.',
  claim: 'The claim that it is read from.',
} as const

/** Adds the identity provider and what can be done with it. */
export function addIdentityProvider(builder: Builder<Context>): void {
  const providerType = addProviderType(builder)
  const input = addProviderInput(builder)
  builder.queryField('identityProvider', (t) =>
    t.field({
      type: providerType,
      nullable: true,
      access: 'admin',
      description: 'Whose tokens are taken beside our own; null when there is none.',
      resolve: async (_, _args, { app }) => (await findIdentityProvider(app.pool)) ?? null,
    }),
  )
  builder.mutationField('setIdentityProvider', (t) =>
    t.field({
      type: providerType,
      access: 'admin',
      description:
        'Takes tokens of an identity provider, in the place of the one before. It must answer now.',
      args: { input: t.arg({ type: input, required: true, description: 'Whose, and what they mean here.' }) },
      resolve: (_, { input: given }, { app }) =>
        setIdentityProvider(app.pool, given, { allowPrivate: app.allowPrivateAddresses }),
    }),
  )
  builder.mutationField('removeIdentityProvider', (t) =>
    t.boolean({
      access: 'admin',
      description: 'Takes no foreign tokens any more, within 60 seconds; false when none were taken before.',
      resolve: (_, _args, { app }) => removeIdentityProvider(app.pool),
    }),
  )
}

function addProviderType(builder: Builder<Context>) {
  const roleMapping = builder.objectRef<RoleMapping>('RoleMapping').implement({
    description: 'A role for a value of a claim.',
    fields: (t) => ({
      value: t.exposeString('value', { description: descriptions.value }),
      role: t.exposeString('role', { description: descriptions.role }),
    }),
  })
  const attributeMapping = builder.objectRef<AttributeMapping>('AttributeMapping').implement({
    description: 'An attribute from a claim.',
    fields: (t) => ({
      attribute: t.exposeString('attribute', { description: descriptions.attribute }),
      claim: t.exposeString('claim', { description: descriptions.claim }),
    }),
  })
  return builder.objectRef<IdentityProvider>('IdentityProvider').implement({
    description: 'A service that signs tokens for people of this app. No users are made for them.',
    fields: (t) => ({
      issuer: t.exposeString('issuer', { description: descriptions.issuer }),
      audience: t.exposeString('audience', { description: descriptions.audience }),
      jwksUrl: t.exposeString('jwksUrl', { description: descriptions.jwksUrl }),
      rolesClaim: t.exposeString('rolesClaim', { description: descriptions.rolesClaim }),
      rolesMap: t.field({
        type: [roleMapping],
        description: descriptions.rolesMap,
        resolve: ({ rolesMap }) => [...rolesMap],
      }),
      emailClaim: t.exposeString('emailClaim', { description: descriptions.emailClaim }),
      attributesClaims: t.field({
        type: [attributeMapping],
        description: descriptions.attributesClaims,
        resolve: ({ attributesClaims }) => [...attributesClaims],
      }),
    }),
  })
}

function addProviderInput(builder: Builder<Context>) {
  const roleMapping = builder.inputType('RoleMappingInput', {
    description: 'A role for a value of a claim.',
    fields: (t) => ({
      value: t.string({ required: true, description: descriptions.value }),
      role: t.string({ required: true, description: descriptions.role }),
    }),
  })
  const attributeMapping = builder.inputType('AttributeMappingInput', {
    description: 'An attribute from a claim.',
    fields: (t) => ({
      attribute: t.string({ required: true, description: descriptions.attribute }),
      claim: t.string({ required: true, description: descriptions.claim }),
    }),
  })
  return builder.inputType('IdentityProviderInput', {
    description: 'An identity provider.',
    fields: (t) => ({
      issuer: t.string({ required: true, description: descriptions.issuer }),
      audience: t.string({ required: true, description: descriptions.audience }),
      jwksUrl: t.string({ required: true, description: descriptions.jwksUrl }),
      rolesClaim: t.string({ description: `${descriptions.rolesClaim} Without it \`roles\`.` }),
      rolesMap: t.field({ type: [roleMapping], description: descriptions.rolesMap }),
      emailClaim: t.string({ description: `${descriptions.emailClaim} Without it \`email\`.` }),
      attributesClaims: t.field({ type: [attributeMapping], description: descriptions.attributesClaims }),
    }),
  })
}
