// The schemas that are the same for every app, and what the others are built with; made once for a process.
import type { GraphQLSchema } from 'graphql'
import { buildAccountsSchema } from '../api/fixed/accounts.ts'
import { buildAdminSchema } from '../api/fixed/admin.ts'
import { buildPlatformSchema } from '../api/fixed/platform.ts'
import { buildDataSchema, findFixedNames } from '../api/generated/build.ts'
import { checkNames, type FixedNames } from '../api/generated/names.ts'
import type { Limits } from '../config/limits.ts'

/** `accounts` is a part of each data API; `fixedNames` are those that its definitions cannot have. */
export type FixedSchemas = Readonly<{
  accounts: GraphQLSchema
  fixedNames: FixedNames
  admin: GraphQLSchema
  platform: GraphQLSchema
}>

export function buildFixedSchemas(limits: Limits): FixedSchemas {
  const accounts = buildAccountsSchema()
  const fixedNames = findFixedNames(accounts)
  const admin = buildAdminSchema({
    verify: (registry) => checkNames(registry, fixedNames),
    buildSchema: (registry) => buildDataSchema(registry, accounts, { limits }),
  })
  return { accounts, fixedNames, admin, platform: buildPlatformSchema() }
}
