// The server as `src/main.ts` starts it, in a process that ends itself at a failpoint; for tests alone.
import { armFailpoint, type Failpoint } from './failpoints.ts'

armFailpoint(process.env.TEST_FAILPOINT as Failpoint, Number(process.env.TEST_FAILPOINT_COUNT))
await import('../../src/main.ts')
