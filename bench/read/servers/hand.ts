// The practical limit: node:http, one prepared statement a request, and PostgreSQL writing the JSON. No log-in, no checks.
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import postgres from 'postgres'

type Variables = Readonly<{ id?: string; after?: string | null }>

const sql = postgres(process.env.DATABASE_URL ?? '', { max: Number(process.env.POOL_SIZE) })
const leastId = '00000000-0000-0000-0000-000000000000'

const record = `
  select row_to_json(i)::text as answer from (
    select id, number, status, total::text, created_at as "createdAt", customer_id as "customerId"
    from invoices where id = $1
  ) i`

const list = `
  select json_build_object('nodes', json_agg(page))::text as answer from (
    select i.id, i.number, i.status, i.total::text, i.created_at as "createdAt",
      (select row_to_json(c) from (select id, name, email from customers where id = i.customer_id) c) as customer,
      json_build_object('nodes', (select coalesce(json_agg(t), '[]') from (
        select id, description, quantity, unit_price::text as "unitPrice"
        from invoice_items where invoice_id = i.id order by id limit 10
      ) t)) as items
    from invoices i where i.id > $1 order by i.id limit 50
  ) page`

const walk = `
  select json_build_object('pageInfo', json_build_object('endCursor', (array_agg(id order by id desc))[1]))::text as answer
  from (select id from invoices where id > $1 order by id limit 50) page`

const items = `
  select json_build_object('nodes', json_agg(t))::text as answer from (
    select id, description, quantity, unit_price::text as "unitPrice"
    from invoice_items where id > $1 order by id limit 5
  ) t`

const lastItems = `
  select json_build_object('pageInfo', json_build_object('startCursor', (array_agg(id order by id))[1]))::text as answer
  from (select id from invoice_items where id > $1 order by id desc limit 6) page`

const statements: Readonly<Record<string, string>> = { record, list, walk, items, lastItems }

async function findAnswer(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const { operation, variables } = JSON.parse(Buffer.concat(chunks).toString()) as {
    operation: string
    variables: Variables
  }
  const key = variables.id ?? variables.after ?? leastId
  const rows = await sql.unsafe<{ answer: string }[]>(statements[operation] ?? '', [key], { prepare: true })
  return `{"data":{"answer":${rows[0]?.answer ?? 'null'}}}`
}

const server = createServer((request, response) => {
  findAnswer(request).then(
    (answer) => {
      const body = Buffer.from(answer)
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
    },
    (error: unknown) => response.writeHead(500).end(String(error)),
  )
})

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})
process.on('SIGTERM', () => process.exit(0))
