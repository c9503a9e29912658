// What would go wrong later, told at the start: the server runs, and each line says what to do.
import type { Config } from '../config.ts'
import type { ServerFacts } from '../database/server-facts.ts'
import { isPublic } from '../outgoing/addresses.ts'

/** One thing to look at; `check` is its short name. */
export type Finding = Readonly<{ check: string; message: string }>

const newestTried = 18
/** Milliseconds that two clocks may differ. */
const mostSkew = 2_000

/** Everything that is unwise about the database and the settings. */
export function findConcerns(facts: ServerFacts, config: Config): readonly Finding[] {
  return [...listServerConcerns(facts), ...listRights(facts, config), ...listSettings(facts, config)]
}

function* listServerConcerns(facts: ServerFacts): Generator<Finding> {
  const { version, clockAhead, sortsByLanguage, knowsCase, turnedOff } = facts
  if (version > newestTried)
    yield tell(
      'version',
      `PostgreSQL ${version} is newer than what this version was tried with; 14 to ${newestTried} were`,
    )
  if (Math.abs(clockAhead) > mostSkew) {
    const seconds = `${(Math.abs(clockAhead) / 1_000).toFixed(1)} s ${clockAhead > 0 ? 'ahead of' : 'behind'}`
    yield tell(
      'clock',
      `The clock of the database is ${seconds} this machine's; tokens end by one and deadlines by the other, so set both by the same time service`,
    )
  }
  if (sortsByLanguage)
    yield tell(
      'collation',
      'The database orders text by the rules of a language, so lists come in another order than in databases that Metaloom makes; make one with lc_collate "C" and restore into it',
    )
  if (!knowsCase)
    yield tell(
      'case',
      'The database knows upper and lower case for ASCII letters only, and so do iLike and search; make one with lc_ctype "C.UTF-8" and restore into it',
    )
  if (turnedOff.length > 0)
    yield tell(
      'durability',
      `${turnedOff.join(', ')} ${turnedOff.length === 1 ? 'is' : 'are'} off in PostgreSQL: what was acknowledged can be lost in a crash; turn on`,
    )
}

function* listRights(facts: ServerFacts, { isProduction, limits }: Config): Generator<Finding> {
  const { user, mayCreateDatabases, isSuperuser, maxConnections, address, isEncrypted } = facts
  if (!mayCreateDatabases)
    yield tell(
      'rights',
      `The user "${user}" may not create databases, so createApp will fail; as an administrator run: alter role "${user}" createdb`,
    )
  if (isProduction && isSuperuser)
    yield tell(
      'rights',
      `The user "${user}" is a superuser of PostgreSQL; one that may create databases is enough`,
    )
  if (maxConnections < limits.connections)
    yield tell(
      'connections',
      `This process may open ${limits.connections} connections (database.connections), PostgreSQL allows ${maxConnections} in all (max_connections); lower the one or raise the other`,
    )
  if (isProduction && !isEncrypted && address !== null && isPublic(address))
    yield tell(
      'encryption',
      `The connection to PostgreSQL at ${address} is not encrypted; add ?sslmode=require to DATABASE_URL`,
    )
}

function* listSettings(_facts: ServerFacts, config: Config): Generator<Finding> {
  const { isProduction, databaseUrl, secret, allowPrivateWebhooks } = config
  if (isProduction && allowPrivateWebhooks)
    yield tell(
      'settings',
      'METALOOM_ALLOW_PRIVATE_WEBHOOKS is for development and does nothing here; take it away',
    )
  if (databaseUrl !== undefined && secret === undefined)
    yield tell(
      'settings',
      'METALOOM_SECRET is not set, so the one in the data folder is used; every other process on this database, and whoever restores it, needs the same',
    )
  if (isProduction && databaseUrl === undefined)
    yield tell('settings', 'The embedded PostgreSQL has no backups and no second machine; set DATABASE_URL')
}

function tell(check: string, message: string): Finding {
  return { check, message }
}
