// Files: how fast one large file goes in and out, beside a bare server of node:http that streams to and from the same disk.
import { parseArgs } from 'node:util'
import { runBounded } from '../cleanup.ts'
import { makeFolder } from '../folder.ts'
import { describeMachine, saveReport, writeTable } from '../report.ts'
import { summarize } from '../statistics.ts'
import { type Setup, setUp } from './setup.ts'
import { download, put, upload, uploadDirect } from './transfer.ts'

/** Megabytes a second of each way. */
type Round = Readonly<Record<Way, number>>
type Way = (typeof ways)[number]

const ways = ['bare upload', 'uploadFile', 'createUpload', 'bare download', 'download'] as const
const titles: Readonly<Record<Way, string>> = {
  'bare upload': 'PUT to the bare server',
  uploadFile: 'uploadFile (multipart; hashed and synced to disk)',
  createUpload: 'createUpload, PUT, completeUpload (the bytes are read once more)',
  'bare download': 'GET from the bare server',
  download: 'GET from Metaloom by a signed address',
}
const secondsToPrepare = 240
const secondsOfRound = 180

async function measureRound({ metaloom, barePort }: Setup, size: number): Promise<Round> {
  const bareUpload = await put(barePort, '/', size)
  const { speed, url } = await upload(metaloom, size)
  return {
    'bare upload': bareUpload,
    uploadFile: speed,
    createUpload: await uploadDirect(metaloom, size),
    'bare download': await download(barePort, '/', size),
    download: await download(metaloom.port, url, size),
  }
}

function writeReport(rounds: readonly Round[], size: number): string {
  const bareOf = (way: Way): Way => (way.endsWith('download') ? 'bare download' : 'bare upload')
  const rows = ways.map((way) => {
    const { median, least, most } = summarize(rounds.map((round) => round[way]))
    const share = summarize(rounds.map((round) => round[way] / round[bareOf(way)])).median
    return [titles[way], `${median.toFixed(0)} (${least.toFixed(0)} to ${most.toFixed(0)})`, share.toFixed(2)]
  })
  const head = [`one file of ${size / 1_000_000} MB`, 'MB/s, median of rounds (least to most)', 'of bare']
  return writeTable([head, ...rows])
}

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, megabytes: { type: 'string', default: '1000' } },
})
const [count, size] = [Number(values.rounds), Number(values.megabytes) * 1_000_000]
await runBounded(secondsToPrepare + count * secondsOfRound, async (cleanup) => {
  const setup = await setUp(await makeFolder(cleanup), size, cleanup)
  await measureRound(setup, Math.min(size, 10_000_000))
  const rounds: Round[] = []
  for (let round = 0; round < count; round += 1) rounds.push(await measureRound(setup, size))
  await saveReport('files', writeReport(rounds, size), { machine: describeMachine(), size, rounds })
})
