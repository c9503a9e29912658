// Loads one server for some seconds over 16 connections, and checks every reply.

import { findPercentile } from '../statistics.ts'
import { openConnection } from './connection.ts'
import { checkReply, type Exchange } from './exchange.ts'

/** Rates are requests a second, latencies milliseconds; `ownLoad` is the share of one core that the client took. */
export type Measure = Readonly<{ rate: number; p50: number; p99: number; requests: number; ownLoad: number }>

const connections = 16
/** Coprime to the numbers of exchanges, so that all of them come, neighbours far apart. */
const stride = 7_919

/** Sends one exchange after the other on each connection until the time is over; a wrong reply ends it with an error. */
export async function load(port: number, exchanges: readonly Exchange[], seconds: number): Promise<Measure> {
  const opened = await Promise.all(Array.from({ length: connections }, () => openConnection(port)))
  const latencies: number[] = []
  let position = 0
  const before = process.cpuUsage()
  const start = performance.now()
  const end = start + seconds * 1_000
  const drive = async (index: number): Promise<void> => {
    const connection = opened[index]
    for (let sent = performance.now(); sent < end; ) {
      position = (position + stride) % exchanges.length
      const exchange = exchanges[position]
      if (connection === undefined || exchange === undefined) throw new Error('There is nothing to ask')
      checkReply(await connection.ask(exchange.request), exchange.length)
      const received = performance.now()
      latencies.push(received - sent)
      sent = received
    }
  }
  try {
    await Promise.all(opened.map((_, index) => drive(index)))
    return summarizeLoad(latencies, performance.now() - start, process.cpuUsage(before))
  } finally {
    for (const connection of opened) connection.close()
  }
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
