// Not a goal but a help to reach S5: an instance that writes a CPU profile while it creates entries.
import { createCleanup } from '../../cleanup.ts'
import { findOwnTimes, readProfile, writeOwnTimes } from '../../profile.ts'
import { repeat } from '../../read/load.ts'
import { launchMetaloom } from '../../read/targets/metaloom.ts'
import { createEntries } from '../contestants/metaloom.ts'
import { batches, type Finding, type Order, rowsOfRequest } from '../part.ts'
import type { Setup } from '../setup.ts'

/** The profile ends with its process, so both moments are told by how long before the end they were. */
export async function profileEntries(setup: Setup, { plan, clients }: Order): Promise<Finding> {
  const { options, installation, accounts } = setup
  const { folder, nodes } = options
  const cleanup = createCleanup()
  options.cleanup.add(cleanup.run)
  const flags = ['--cpu-prof', `--cpu-prof-dir=${folder}/profile`, '--cpu-prof-interval', '250']
  const port = await launchMetaloom(installation, nodes.newest, { folder, cleanup }, flags)
  const instance = { port, node: nodes.newest.version, account: accounts.admin }
  const bulk = { rows: rowsOfRequest, connections: clients }
  const { senders, close } = await createEntries(instance, 'profiled', bulk).open(batches)
  await repeat(senders, plan.warmSeconds)
  const from = performance.now()
  const { requests } = await repeat(senders, plan.seconds)
  const to = performance.now()
  await close()
  await cleanup.run()
  const end = performance.now()
  const window = { from: end - from, to: end - to }
  const times = findOwnTimes(await readProfile(`${folder}/profile`), window, folder)
  return {
    text: writeOwnTimes(times, requests, 'createEntries, 1,000 entries a request'),
    figures: Object.fromEntries(times),
  }
}
