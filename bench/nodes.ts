// Finds the Node.js programs that servers run on: the one that started us, and the newest, which the package `node` brings.
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'

export type Node = Readonly<{ path: string; version: string }>
export type Nodes = Readonly<{ own: Node; newest: Node }>

/** Inside `npm run`, `node` would be the package's: npm tells which one it was started with itself. */
export function findNodes(): Nodes {
  return {
    own: readNode(process.env.npm_node_execpath ?? process.execPath),
    newest: readNode(createRequire(import.meta.url).resolve('node/bin/node')),
  }
}

function readNode(path: string): Node {
  return { path, version: execFileSync(path, ['--version'], { encoding: 'utf8' }).trim().slice(1) }
}
