// Loads one server for some seconds over 16 connections, and checks every reply.
import { findPercentile } from '../statistics.ts'
import { type Connection, openConnection } from './connection.ts'
import { checkReply, type Exchange } from './exchange.ts'

/** Rates are requests a second, latencies milliseconds; `ownLoad` is the share of one core that the client took. */
export type Measure = Readonly<{ rate: number; p50: number; p99: number; requests: number; ownLoad: number }>

const connections = 16
/** Coprime to the numbers of exchanges, so that all of them come, neighbours far apart. */
const stride = 7_919

/** Sends one exchange after the other on each connection until the time is over; a wrong reply ends it with an error. */
export async function load(port: number, exchanges: readonly Exchange[], seconds: number): Promise<Measure> {
  const opened = await Promise.all(Array.from({ length: connections }, () => openConnection(port)))
  let position = 0
  const ask = async (connection: Connection): Promise<void> => {
    position = (position + stride) % exchanges.length
    const exchange = exchanges[position]
    if (exchange === undefined) throw new Error('There is nothing to ask')
    checkReply(await connection.ask(exchange.request), exchange.length)
  }
  try {
    return await repeat(
      opened.map((connection) => () => ask(connection)),
      seconds,
    )
  } finally {
    for (const connection of opened) connection.close()
  }
}

/** Lets every sender send again and again, each one request at a time, until the time is over. */
export async function repeat(senders: readonly (() => Promise<void>)[], seconds: number): Promise<Measure> {
  const latencies: number[] = []
  const before = process.cpuUsage()
  const start = performance.now()
  const end = start + seconds * 1_000
  const drive = async (send: () => Promise<void>): Promise<void> => {
    for (let sent = performance.now(); sent < end; ) {
      await send()
      const received = performance.now()
      latencies.push(received - sent)
      sent = received
    }
  }
  await Promise.all(senders.map(drive))
  return summarizeLoad(latencies, performance.now() - start, process.cpuUsage(before))
}

function summarizeLoad(latencies: readonly number[], milliseconds: number, cpu: NodeJS.CpuUsage): Measure {
  return {
    rate: (latencies.length / milliseconds) * 1_000,
    p50: findPercentile(latencies, 0.5),
    p99: findPercentile(latencies, 0.99),
    requests: latencies.length,
    ownLoad: (cpu.user + cpu.system) / 1_000 / milliseconds,
  }
}
