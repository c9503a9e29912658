// The page of one API: GraphiQL below a bar with the log-in, the role switcher and the way to the other APIs.
import type { Starter } from '../../api/starters/starter.ts'
import { escapeHtml, writeData } from './html.ts'

/** Which API a page is for; `base` is where its files are. */
export type PageOptions = Readonly<{
  kind: 'data' | 'admin' | 'platform'
  app: string | undefined
  address: string
  base: string
  starters: readonly Starter[]
}>

/** Writes the page. */
export function writePage({ kind, app, address, base, starters }: PageOptions, nonce: string): string {
  const settings = { kind, realm: app ?? '_platform', address, starters, desk: `/api/${app}/workbench` }
  const title = `${app ?? 'platform'} · ${kind} API · Metaloom`
  const at = escapeHtml(base)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${at}/graphiql.css"><link rel="stylesheet" href="${at}/look.css">
<script type="application/json" id="settings">${writeData(settings)}</script>
<script type="module" nonce="${nonce}" src="${at}/page.js"></script>
<script defer nonce="${nonce}" src="${at}/graphiql.js"></script>
</head>
<body class="workbench">
<header class="bar">
<strong><a href="/">Metaloom</a></strong>
<nav aria-label="APIs">${writeLinks(kind, app)}</nav>
<span class="grow"></span>
<label id="seen-as" hidden>See as <select id="roles"></select></label>
<select id="starters" aria-label="Operations to start with"></select>
<span id="who"></span>
<button type="button" id="open-login">Log in</button><button type="button" id="log-out" hidden>Log out</button>
</header>
<div id="status" role="status"></div>
<div id="root"></div>
<dialog id="login" aria-labelledby="login-title"><form id="login-form">
<h1 id="login-title">Log in to ${escapeHtml(app ?? 'the platform')}</h1>
<label>E-mail <input id="email" type="email" autocomplete="username" required autofocus></label>
<label>Password <input id="password" type="password" autocomplete="current-password" required></label>
<p id="problem" role="alert"></p>
<button type="submit">Log in</button> <button type="button" id="cancel">Cancel</button>
</form></dialog>
<noscript>This page needs JavaScript.</noscript>
</body>
</html>
`
}

function writeLinks(kind: PageOptions['kind'], app: string | undefined): string {
  const links = [
    ...(app === undefined
      ? []
      : [
          ['data', `/api/${app}/graphql`, `${app}: data`],
          ['admin', `/api/${app}/admin/graphql`, `${app}: admin`],
        ]),
    ['platform', '/api/_platform/graphql', 'platform'],
  ]
  return links
    .map(
      ([own = '', href = '', text = '']) =>
        `<a href="${escapeHtml(href)}"${own === kind ? ' aria-current="page"' : ''}>${escapeHtml(text)}</a>`,
    )
    .join(' ')
}
