// The page at /: where everything is.

/** Writes the page for the apps that this server has. */
export function writeHome(apps: readonly string[]): string {
  const rows = apps.map(
    (app) =>
      `<tr><td>${app}</td><td>${link(`/api/${app}/graphql`)}</td><td>${link(`/api/${app}/admin/graphql`)}</td></tr>`,
  )
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Metaloom</title>
<style>body{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:56rem;padding:0 1rem}td,th{padding:.3rem 1rem .3rem 0;text-align:left}</style>
</head>
<body>
<h1>Metaloom</h1>
<p>Define entities in the admin API; query them in the data API a moment later. Each address opens GraphiQL in a browser.</p>
<table><tr><th>App</th><th>Data API</th><th>Admin API</th></tr>
${rows.join('\n')}
</table>
<p>Platform API: ${link('/api/_platform/graphql')} · Health: ${link('/healthz')}, ${link('/readyz')}</p>
</body>
</html>
`
}

function link(address: string): string {
  return `<a href="${address}">${address}</a>`
}
