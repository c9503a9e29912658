// The settings of read replicas: servers that follow the one in DATABASE_URL and may answer queries.
import { joinPath, readTexts, type Source } from '../reader.ts'

/** Reads `database.replicas`: addresses of servers, each with the databases of the first under the same names. */
export function readReplicas(database: Source): readonly string[] {
  const urls = readTexts(database, 'replicas') ?? []
  for (const [index, url] of urls.entries())
    if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url))
      database.problems.push({
        path: joinPath(joinPath(database.path, 'replicas'), index),
        message: 'must be an address such as postgres://user:password@replica:5432',
      })
  return urls
}
