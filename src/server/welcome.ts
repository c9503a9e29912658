// What a person reads when the server has started.
import type { RunningServer } from './start.ts'

/** Apps whose addresses are told one by one. */
const mostApps = 5

/** The addresses, and on first start the administrators' e-mail and password, which are never shown again. */
export function writeWelcome({ url, apps, firstPassword }: RunningServer, adminEmail: string): string {
  const addresses = apps
    .slice(0, mostApps)
    .flatMap((app) => [
      `  ${app}, data API    ${url}/api/${app}/graphql`,
      `  ${app}, admin API   ${url}/api/${app}/admin/graphql`,
    ])
  const others = apps.length - mostApps
  const first =
    firstPassword === undefined
      ? []
      : [
          '',
          'First administrator, of the platform and of the app demo (shown only now, so keep it):',
          `  e-mail    ${adminEmail}`,
          `  password  ${firstPassword}`,
        ]
  const lines = [
    '',
    `Metaloom is ready on ${url}`,
    '',
    'Open one of these in a browser for GraphiQL:',
    ...addresses,
    ...(others > 0 ? [`  and of ${others} more apps, at ${url}/api/<app>/graphql`] : []),
    `  platform API      ${url}/api/_platform/graphql`,
    ...first,
    '',
    'Stop with Ctrl-C.',
  ]
  return `${lines.join('\n')}\n`
}
