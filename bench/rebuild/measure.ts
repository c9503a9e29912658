// One process, one builder, one size: builds the schema some times and prints what each build took, as JSON.
import type { Builder } from './builder.ts'
import { createMetaloomBuilder } from './metaloom.ts'
import { createPothosBuilder } from './pothos.ts'
import { probe, type Stall } from './probe.ts'

async function createBuilder(name: string, dist: string): Promise<Builder> {
  return name === 'metaloom' ? await createMetaloomBuilder(dist) : createPothosBuilder()
}

const [name = '', entities = '100', builds = '1', dist = ''] = process.argv.slice(2)
const builder = await createBuilder(name, dist)
const stalls: Stall[] = []
for (let build = 0; build < Number(builds); build += 1)
  stalls.push(await probe(() => builder.build(Number(entities))))
process.stdout.write(JSON.stringify({ name: builder.name, stalls }))
