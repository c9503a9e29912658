// All limits that operators may set: where each stands in app.yaml, what it is without being set, and how far it may go.
import { addProblem, describe, joinPath, pick, readObject, readWhole, type Source } from '../reader.ts'

/** One limit. `unit` is what is counted; sizes are in bytes, and names that end in `_ms` and `_seconds` tell their unit. */
type Limit = Readonly<{ path: string; usual: number; least: number; most: number; what: string }>

const kilobyte = 1024
const megabyte = 1024 * kilobyte
const gigabyte = 1024 * megabyte
const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** The table of limits, by the name that code uses; docs/limits.md shows the same. */
export const limitTable = {
  body: limit('limits.body', megabyte, [kilobyte, gigabyte], 'bytes of a request body'),
  adminBody: limit(
    'limits.admin_body',
    16 * megabyte,
    [kilobyte, gigabyte],
    'bytes of a request body that an administrator sends to the admin API',
  ),
  jsonDepth: limit('limits.json_depth', 200, [20, 1_000], 'levels of lists and objects in a request body'),
  values: limit('limits.values', 30_000, [1_000, 10_000_000], 'values, lists and objects in a request body'),
  tokens: limit('limits.tokens', 2_000, [100, 100_000], 'tokens of a document'),
  depth: limit('limits.depth', 12, [1, 100], 'hops of a document: the root field and each relation'),
  aliases: limit('limits.aliases', 30, [1, 1_000], 'times that one field stands in one place'),
  fields: limit('limits.fields', 10_000, [100, 1_000_000], 'fields of a document, with its fragments put in'),
  credentials: limit(
    'limits.credentials',
    1,
    [1, 10],
    'mutations of a request that try or change a password or a token',
  ),
  records: limit(
    'limits.records',
    50_000,
    [100, 10_000_000],
    'records that an operation could return, by its page sizes',
  ),
  introspectionDepth: limit('limits.introspection_depth', 20, [5, 100], 'levels of an introspection'),
  introspections: limit(
    'limits.introspections',
    2,
    [1, 100],
    'times that a request asks for `__schema` or `__type`',
  ),
  page: limit('limits.page', 25, [1, 10_000], 'rows of a page at the root when `first` is not given'),
  nestedPage: limit(
    'limits.nested_page',
    10,
    [1, 10_000],
    'rows of a page behind a relation when `first` is not given',
  ),
  largestPage: limit('limits.largest_page', 100, [1, 10_000], 'rows of a page'),
  offset: limit('limits.offset', 1_000_000, [0, 1_000_000_000], 'rows that `offset` may skip'),
  filterDepth: limit('limits.filter_depth', 6, [1, 50], 'levels of a filter'),
  filterConditions: limit('limits.filter_conditions', 500, [1, 10_000], 'conditions of a filter'),
  listed: limit('limits.listed', 1_000, [1, 100_000], 'values of `in` and `notIn`'),
  pattern: limit('limits.pattern', 1_000, [10, 100_000], 'characters of a text to match'),
  jsonPath: limit('limits.json_path', 100, [1, 1_000], 'steps of a path into JSON'),
  orderKeys: limit('limits.order_keys', 10, [1, 100], 'sort keys'),
  orderDepth: limit('limits.order_depth', 6, [0, 50], 'relations in a row in a sort key or a key of groups'),
  groupKeys: limit('limits.group_keys', 8, [1, 50], 'keys of groups'),
  having: limit('limits.having', 100, [1, 10_000], 'conditions on groups'),
  search: limit('limits.search', 1_000, [10, 100_000], 'characters of a search'),
  writeDepth: limit('limits.write_depth', 5, [0, 50], 'levels of nested rows below a record'),
  writeRows: limit(
    'limits.write_rows',
    1_000,
    [1, 100_000],
    'rows in the lists of one mutation, `inputs` included',
  ),
  bulk: limit('limits.bulk', 1_000, [1, 100_000], 'records that `atMost` of a mutation may allow'),
  usualBulk: limit('limits.usual_bulk', 100, [1, 100_000], 'what `atMost` is when not given'),
  clientSubscriptions: limit(
    'limits.client_subscriptions',
    20,
    [1, 10_000],
    'subscriptions that a client has open on one instance',
  ),
  appSubscriptions: limit(
    'limits.app_subscriptions',
    1_000,
    [1, 1_000_000],
    'subscriptions that an app has open on one instance',
  ),
  operations: limit(
    'limits.operations',
    500,
    [1, 100_000],
    'validated and compiled operations kept for each schema',
  ),

  headerBytes: limit('http.header_bytes', 16 * kilobyte, [4 * kilobyte, megabyte], 'bytes of all headers'),
  headersTimeout: limit(
    'http.headers_timeout_ms',
    20 * second,
    [second, hour],
    'milliseconds until all headers are here',
  ),
  bodyTimeout: limit(
    'http.body_timeout_ms',
    minute,
    [100, day],
    'milliseconds until the body of a request without files is here',
  ),
  uploadTimeout: limit(
    'http.upload_timeout_ms',
    6 * hour,
    [second, 7 * day],
    'milliseconds until the body of a request with files is here',
  ),
  silence: limit(
    'http.silence_ms',
    30 * second,
    [100, hour],
    'milliseconds for which a client that uploads may send nothing',
  ),
  keepAlive: limit(
    'http.keep_alive_ms',
    65 * second,
    [second, hour],
    'milliseconds for which a connection stays open between requests',
  ),
  sockets: limit('http.connections', 10_000, [1, 1_000_000], 'connections of clients at once'),

  pool: limit('database.pool', 10, [1, 1_000], 'connections to PostgreSQL of each app'),
  connections: limit('database.connections', 150, [1, 100_000], 'connections to PostgreSQL in all'),
  statementTimeout: limit(
    'database.statement_timeout_ms',
    10 * second,
    [10, hour],
    'milliseconds of one statement',
  ),
  lockTimeout: limit(
    'database.lock_timeout_ms',
    2 * second,
    [10, hour],
    'milliseconds of waiting for a lock',
  ),
  idleInTransaction: limit(
    'database.idle_in_transaction_ms',
    15 * second,
    [100, hour],
    'milliseconds of a transaction that does nothing',
  ),

  fileSize: limit('files.max_size', 10 * megabyte, [1, 5 * gigabyte], 'bytes of a file'),
  filesAtOnce: limit('files.max_files', 5, [1, 100], 'files of one request'),

  firstPause: limit(
    'webhooks.retry_ms',
    5 * second,
    [10, hour],
    'milliseconds between a delivery that failed and the next try; later pauses grow from it',
  ),
  longestPause: limit('webhooks.longest_pause_ms', day, [100, 30 * day], 'milliseconds between two tries'),
  attemptTimeout: limit(
    'webhooks.attempt_timeout_ms',
    15 * second,
    [10, 25 * second],
    'milliseconds of one try to deliver',
  ),
  replyBytes: limit(
    'webhooks.reply_bytes',
    64 * kilobyte,
    [0, megabyte],
    'bytes that are kept of the reply of a receiver',
  ),
  callTimeout: limit(
    'webhooks.call_timeout_ms',
    5 * second,
    [10, 14 * second],
    'milliseconds of a webhook that a write waits for',
  ),
  callsTimeout: limit(
    'webhooks.calls_timeout_ms',
    10 * second,
    [10, 14 * second],
    'milliseconds of all webhooks that a mutation waits for',
  ),
  calls: limit('webhooks.calls', 20, [1, 1_000], 'webhooks that a mutation waits for'),

  accessToken: limit(
    'auth.access_token_seconds',
    15 * 60,
    [60, 86_400],
    'seconds that an access token is good',
  ),
  refreshToken: limit(
    'auth.refresh_token_seconds',
    7 * 86_400,
    [600, 365 * 86_400],
    'seconds that a session lasts after it was last refreshed',
  ),
  refreshGrace: limit(
    'auth.refresh_grace_seconds',
    10,
    [0, 60],
    'seconds for which a refresh token may be used again, with the same successor',
  ),
  accountLogins: limit(
    'auth.account_logins',
    5,
    [1, 1_000],
    'failed log-ins to an account from one address in 15 minutes',
  ),
  addressLogins: limit(
    'auth.address_logins',
    50,
    [1, 100_000],
    'failed log-ins from one address in 15 minutes',
  ),
} as const satisfies Readonly<Record<string, Limit>>

export type LimitName = keyof typeof limitTable
/** A value for each limit. */
export type Limits = Readonly<Record<LimitName, number>>

function limit(path: string, usual: number, [least, most]: readonly [number, number], what: string): Limit {
  return { path, usual, least, most, what }
}

const names = Object.keys(limitTable) as readonly LimitName[]

/** What holds when nothing is set. */
export const usualLimits: Limits = Object.freeze(collect((name) => limitTable[name].usual))

/** Reads all limits from the settings; each that is out of its range is a problem at its path. */
export function readLimits(settings: Source): Limits {
  const limits = collect((name) => readLimit(settings, limitTable[name]))
  checkOrder(settings, limits, 'page', 'largestPage')
  checkOrder(settings, limits, 'nestedPage', 'largestPage')
  checkOrder(settings, limits, 'usualBulk', 'bulk')
  checkOrder(settings, limits, 'firstPause', 'longestPause')
  checkOrder(settings, limits, 'callTimeout', 'callsTimeout')
  checkOrder(settings, limits, 'headersTimeout', 'uploadTimeout')
  return Object.freeze(limits)
}

/** The keys of limits in one part of the settings. */
export function listLimitKeys(part: string): readonly string[] {
  return names
    .map((name) => limitTable[name].path.split('.'))
    .flatMap(([owner, key]) => (owner === part && key ? [key] : []))
}

function collect(find: (name: LimitName) => number): Record<LimitName, number> {
  return Object.fromEntries(names.map((name) => [name, find(name)])) as Record<LimitName, number>
}

/** Wrong parts and unknown keys are told by those who read the parts. */
function readLimit(settings: Source, { path, usual, least, most }: Limit): number {
  const [part = '', key = ''] = path.split('.')
  const given = pick(settings, part)
  const source = readObject(given ?? {}, joinPath(settings.path, part), [], [])
  return readWhole({ ...source, problems: settings.problems }, key, least, most) ?? usual
}

/** What stands in for a value must be one that is allowed. */
function checkOrder(settings: Source, limits: Limits, lower: LimitName, upper: LimitName): void {
  if (limits[lower] <= limits[upper]) return
  const { path } = limitTable[lower]
  const message = `must be at most ${limitTable[upper].path}, which is ${limits[upper]}; found ${describe(limits[lower])}`
  addProblem(settings, path, message)
}
