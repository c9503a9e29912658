// Which address means what.

/** Where a request goes; `nowhere` is an address that nothing answers at. */
export type Route =
  | Readonly<{ kind: 'home' | 'alive' | 'ready' | 'platform' | 'nowhere' }>
  | Readonly<{ kind: 'data' | 'admin'; app: string }>

const names = new Map<string, Route>([
  ['/', { kind: 'home' }],
  ['/healthz', { kind: 'alive' }],
  ['/readyz', { kind: 'ready' }],
  ['/api/_platform/graphql', { kind: 'platform' }],
])

/** Finds the route of a path; a slash at the end makes no difference. */
export function findRoute(path: string): Route {
  const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
  const known = names.get(trimmed)
  if (known) return known
  const [, app, isAdmin] = /^\/api\/([a-z][a-z0-9_]*)(\/admin)?\/graphql$/.exec(trimmed) ?? []
  return app === undefined ? { kind: 'nowhere' } : { kind: isAdmin ? 'admin' : 'data', app }
}
