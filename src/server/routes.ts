// Which address means what.

/** Where a request goes; `nowhere` is an address that nothing answers at. */
export type Route =
  | Readonly<{ kind: 'home' | 'alive' | 'ready' | 'figures' | 'platform' | 'nowhere' }>
  | Readonly<{ kind: 'data' | 'admin'; app: string }>
  /** A file that pages need; and, of an app, what a caller may start from. */
  | Readonly<{ kind: 'asset'; path: string }>
  | Readonly<{ kind: 'desk'; app: string }>
  /** The bytes of a file; and, without a name, where the bytes of one that is awaited go. */
  | Readonly<{ kind: 'file'; app: string; id: string; name: string }>
  | Readonly<{ kind: 'put'; app: string; id: string }>

const names = new Map<string, Route>([
  ['/', { kind: 'home' }],
  ['/healthz', { kind: 'alive' }],
  ['/readyz', { kind: 'ready' }],
  ['/metrics', { kind: 'figures' }],
  ['/api/_platform/graphql', { kind: 'platform' }],
])

/** Finds the route of a path; a slash at the end makes no difference. */
export function findRoute(path: string): Route {
  const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
  const known = names.get(trimmed)
  if (known) return known
  if (path.startsWith('/workbench/')) return { kind: 'asset', path }
  const [, desk] = /^\/api\/([a-z][a-z0-9_]*)\/workbench$/.exec(trimmed) ?? []
  if (desk !== undefined) return { kind: 'desk', app: desk }
  const [, app, isAdmin] = /^\/api\/([a-z][a-z0-9_]*)(\/admin)?\/graphql$/.exec(trimmed) ?? []
  return app === undefined ? findFileRoute(path) : { kind: isAdmin ? 'admin' : 'data', app }
}

function findFileRoute(path: string): Route {
  const [, app, id, name] = /^\/api\/([a-z][a-z0-9_]*)\/files\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? []
  if (app === undefined || id === undefined) return { kind: 'nowhere' }
  if (name === undefined) return { kind: 'put', app, id }
  const decoded = decodeName(name)
  return decoded === undefined ? { kind: 'nowhere' } : { kind: 'file', app, id, name: decoded }
}

function decodeName(name: string): string | undefined {
  try {
    return decodeURIComponent(name)
  } catch {
    return undefined
  }
}
