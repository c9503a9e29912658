// The readers: lists, nested lists, pages and counts, whose rows must be those that the reader may see.
import type { Clerk } from './app.ts'
import { type Client, keepDoing, type Outcome } from './client.ts'
import type { Ledger } from './ledger.ts'

type Reader = Readonly<{ clerk?: Clerk; client: Client; ledger: Ledger }>
type Row = Readonly<{ number: string; region: string; total: string | null; items: Items }>
type Items = Readonly<{ totalCount: number; nodes: readonly Readonly<{ quantity: number; price: string }>[] }>

const list = `query ($after: String) {
  answer: invoices(first: 20, after: $after, orderBy: [{ number: DESC }]) {
    pageInfo { endCursor hasNextPage }
    nodes { id number region total items(first: 10) { totalCount nodes { quantity price } } }
  }
}`
const groups = '{ answer: invoicesGrouped(by: [{ region: true }]) { key { region } aggregate { count } } }'
const pages = 3

/** Reads until it is over. */
export async function keepReading(reader: Reader, isOver: () => boolean): Promise<void> {
  await keepDoing(isOver, 30, async (count) => {
    if (count % 4 === 3) await readGroups(reader)
    else await readPages(reader)
  })
}

/** A few pages by cursor; the order is total, so no row may come twice. */
async function readPages({ clerk, client, ledger }: Reader): Promise<void> {
  const seen = new Set<string>()
  let after: string | null = null
  for (let page = 0; page < pages; page += 1) {
    const outcome = await client.ask({ kind: 'list', query: list, variables: { after } })
    if (outcome.end !== 'done') return noteRefusal(ledger, outcome)
    const { nodes, pageInfo } = outcome.data.answer
    for (const row of nodes as readonly Row[]) {
      if (clerk && row.region !== clerk.region) ledger.leaks.push(`${clerk.email} was shown ${row.number}`)
      if (seen.has(row.number)) ledger.wrong.push(`${row.number} stood on two pages`)
      if (!isWhole(row)) ledger.wrong.push(`the total of ${row.number} was not that of its items`)
      seen.add(row.number)
      ledger.shown += 1
    }
    if (!pageInfo.hasNextPage) return
    after = pageInfo.endCursor
  }
}

/** The items come by another statement, and may be gone by then with their invoice. */
function isWhole({ total, items }: Row): boolean {
  if (items.totalCount === 0) return true
  const cents = items.nodes.reduce(
    (sum, { quantity, price }) => sum + quantity * Math.round(Number(price) * 100),
    0,
  )
  return Math.round(Number(total) * 100) === cents
}

async function readGroups({ clerk, client, ledger }: Reader): Promise<void> {
  const outcome = await client.ask({ kind: 'groups', query: groups })
  if (outcome.end !== 'done') return noteRefusal(ledger, outcome)
  if (clerk === undefined) return
  const regions = (outcome.data.answer as readonly { key: { region: string } }[]).map(({ key }) => key.region)
  if (regions.some((region) => region !== clerk.region))
    ledger.leaks.push(`${clerk.email} was shown the groups ${regions}`)
}

/** A read may be refused when there are too many of them, and for no other reason. */
function noteRefusal(ledger: Ledger, outcome: Outcome): void {
  if (outcome.end === 'refused' && outcome.code !== 'LIMIT_EXCEEDED')
    ledger.wrong.push(`a read was refused: ${outcome.code} ${outcome.message}`)
}
