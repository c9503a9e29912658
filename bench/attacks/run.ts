// Goal of the limits: every bomb is answered within 50 ms, while the light questions of others have a p99 below 200 ms.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runBounded } from '../cleanup.ts'
import { compileMetaloom } from '../compile.ts'
import { makeFolder } from '../folder.ts'
import { writeApp } from '../memory/definitions.ts'
import { findNodes } from '../nodes.ts'
import { startDatabase } from '../read/database.ts'
import { adminPath, call, installMetaloom, launchMetaloom, logIn } from '../read/targets/metaloom.ts'
import { describeMachine, saveReport } from '../report.ts'
import { bombs } from './bombs.ts'
import { type Measured, measure, ways } from './measure.ts'
import { writeAttacksReport } from './table.ts'

const { values } = parseArgs({
  options: { entities: { type: 'string', default: '100' }, tries: { type: 'string', default: '20' } },
})
const [entities, tries] = [Number(values.entities), Number(values.tries)]

await runBounded(600, async (cleanup) => {
  const folder = await makeFolder(cleanup)
  const databaseUrl = await startDatabase(join(folder, 'database'), cleanup)
  const nodes = findNodes()
  const options = { nodes, folder, databaseUrl, cleanup }
  const installation = await installMetaloom(await compileMetaloom(folder), options)
  const port = await launchMetaloom(installation, nodes.own, options)
  const address = await logIn(installation.admin, port)
  const importDocument = 'mutation ($d: String!) { answer: importMetadata(document: $d) { revision } }'
  await call({ ...address, path: adminPath }, importDocument, { d: JSON.stringify(writeApp(entities)) })
  const measured: Measured[] = []
  for (const bomb of bombs)
    for (const way of ways) {
      try {
        measured.push(await measure(address, way, bomb, tries))
      } catch (error) {
        process.exitCode = 1
        process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
      }
    }
  const figures = { machine: describeMachine(), node: nodes.own.version, entities, tries, measured }
  await saveReport(
    'attacks',
    writeAttacksReport(measured, `${entities} entities, ${tries} tries each, Node ${nodes.own.version}`),
    figures,
  )
})
