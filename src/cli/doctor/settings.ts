// Settings that work but are weak.
import type { Config } from '../../config.ts'
import { type Finding, findingsOf } from './finding.ts'

type Check = Readonly<{ isSo(config: Config): boolean; message: string }>

const longEnough = 12
const isOpen = ({ host }: Config): boolean => !/^(localhost|127\.|::1$)/.test(host)

const warnings: readonly Check[] = [
  {
    isSo: (config) => isOpen(config) && !config.isProduction,
    message:
      'the server listens beyond this machine, and NODE_ENV is not production: weak settings are allowed',
  },
  {
    isSo: (config) => config.allowPrivateWebhooks && !config.isProduction && isOpen(config),
    message: 'webhooks may reach private addresses (allow_private_webhooks) of a server that others reach',
  },
  {
    isSo: ({ isProduction, databaseUrl }) => isProduction && databaseUrl === undefined,
    message: 'the embedded PostgreSQL is for development; name one with backups in DATABASE_URL',
  },
  {
    isSo: ({ admin }) => admin.password !== undefined && admin.password.length < longEnough,
    message: `the password of the first administrator has fewer than ${longEnough} characters`,
  },
  {
    isSo: ({ trustedProxies }) => trustedProxies.some((network) => network.endsWith('/0')),
    message:
      'trusted_proxies trusts everybody: whoever asks can choose the address that log-ins are counted by',
  },
  {
    isSo: ({ isProduction, logLevel }) => isProduction && ['debug', 'trace'].includes(logLevel),
    message: 'the log tells more than production should (log_level)',
  },
  {
    isSo: ({ files }) => files.s3?.endpoint.startsWith('http:') ?? false,
    message: 'the keys of the storage go over an unencrypted connection (s3.endpoint)',
  },
  {
    isSo: ({ isProduction, files }) => isProduction && files.publicUrl.startsWith('http:'),
    message: 'addresses of files are handed out without TLS (files.public_url)',
  },
]

const notes: readonly Check[] = [
  {
    isSo: ({ secret }) => secret === undefined,
    message: 'the secret lies in the data folder; processes elsewhere, and production, need METALOOM_SECRET',
  },
  {
    isSo: (config) => config.allowPrivateWebhooks && config.isProduction,
    message: 'allow_private_webhooks has no effect in production',
  },
  {
    isSo: ({ prepare }) => !prepare,
    message: 'statements are not prepared (database.prepare), as poolers in transaction mode need it',
  },
]

/** What is weak in the settings of this folder. */
export function checkSettings(config: Config): readonly Finding[] {
  const find = (checks: readonly Check[]): readonly string[] =>
    checks.filter(({ isSo }) => isSo(config)).map(({ message }) => message)
  return [
    ...findingsOf('settings', 'warning', find(warnings)),
    ...findingsOf('settings', 'note', find(notes)),
  ]
}
