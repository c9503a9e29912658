// How the embedded PostgreSQL is set up: for a small machine, reachable only from it.

const settings: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  max_connections: '200',
  shared_buffers: '128MB',
  max_wal_size: '512MB',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  // Failed statements are everyday business and hold user data: the log keeps what concerns the server itself.
  log_min_messages: 'log',
  log_checkpoints: 'off',
}

/** For tests: fast, and lost when the machine goes down. */
const fragile: Readonly<Record<string, string>> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
}

/** The command line, which wins over the files in the cluster's folder. */
export function buildArguments(cluster: string, port: number, isDurable: boolean): readonly string[] {
  const chosen = isDurable ? settings : { ...settings, ...fragile }
  const options = Object.entries(chosen).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return ['-D', cluster, '-p', String(port), ...options]
}
