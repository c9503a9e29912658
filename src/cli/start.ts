// metaloom start: the server, as main.ts starts it.
import type { Command } from './command.ts'

export const start: Command = {
  summary: 'Starts the server in this folder.',
  about: [
    'Reads app.yaml and the environment (PORT, HOST, DATABASE_URL, METALOOM_SECRET and others, see docs/api.md).',
    'Stops on SIGTERM and Ctrl-C.',
  ],
  words: [],
  options: {},
  asks: false,
  async run() {
    await import('../main.ts')
    return 0
  },
}
