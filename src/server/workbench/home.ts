// The page at /: where everything is. In production it tells strangers nothing of the apps.
import { escapeHtml } from './html.ts'

/** What the page may tell: the apps where everybody may know them, and whether there are pages behind the addresses. */
export type Home = Readonly<{ apps: readonly string[] | undefined; hasPages: boolean }>

/** Writes the page. */
export function writeHome({ apps, hasPages }: Home): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Metaloom</title>
<link rel="icon" href="data:,">
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:52rem;padding:0 1rem}td,th{padding:.35rem .9rem .35rem 0;text-align:left;overflow-wrap:anywhere}</style>
</head>
<body>
<main>
<h1>Metaloom</h1>
<p>A GraphQL backend that is defined while it runs: entities are defined in the admin API of an app and queried in its data API.</p>
${apps === undefined ? '' : writeApps(apps)}
<p>${hasPages ? `Platform: ${link('/api/_platform/graphql')}, where those who run this server log in and find its apps. ` : ''}Health: ${link('/healthz')}, ${link('/readyz')}</p>
</main>
</body>
</html>
`
}

function writeApps(apps: readonly string[]): string {
  const rows = apps.map(
    (app) =>
      `<tr><th scope="row">${escapeHtml(app)}</th><td>${link(`/api/${app}/graphql`, 'data API')}</td><td>${link(`/api/${app}/admin/graphql`, 'admin API')}</td></tr>`,
  )
  return `<table><caption hidden>Apps</caption>\n${rows.join('\n')}\n</table>`
}

function link(address: string, text = address): string {
  return `<a href="${escapeHtml(address)}">${escapeHtml(text)}</a>`
}
