// Splits what PostgreSQL and a client say to each other into messages, wherever the network cut it; knows no TLS.

/** A message by the letter of its type; the client's first one has none and comes as ''. */
export type OnMessage = (type: string, body: Buffer) => void

const lengthBytes = 4

/** Returns a function that takes the bytes as they come. */
export function createReader(onMessage: OnMessage, beginsUntyped: boolean): (bytes: Buffer) => void {
  let waiting: Buffer = Buffer.alloc(0)
  let typeBytes = beginsUntyped ? 0 : 1
  return (bytes) => {
    waiting = waiting.length === 0 ? bytes : Buffer.concat([waiting, bytes])
    while (waiting.length >= typeBytes + lengthBytes) {
      const end = typeBytes + waiting.readUInt32BE(typeBytes)
      if (waiting.length < end) return
      onMessage(waiting.toString('latin1', 0, typeBytes), waiting.subarray(typeBytes + lengthBytes, end))
      waiting = waiting.subarray(end)
      typeBytes = 1
    }
  }
}

/** The texts at the start of a body, each ended by a zero byte. */
export function readTexts(body: Buffer, count: number): readonly string[] {
  return body.toString('utf8').split('\0', count)
}
