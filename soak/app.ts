// The app that the run works on, and the two clerks who work in it.
import { readFile } from 'node:fs/promises'

export type Clerk = Readonly<{ email: string; password: string; region: string }>

/** Two users who may see and write only what belongs to their region. */
export const clerks: readonly Clerk[] = ['north', 'south'].map((region) => ({
  email: `${region}@example.com`,
  password: `a clerk of the ${region}`,
  region,
}))

/** The definitions as a document, with webhooks that go to `receiver`. */
export async function readApp(receiver: string): Promise<string> {
  const document = await readFile(new URL('app.yaml', import.meta.url), 'utf8')
  return document.replaceAll('http://receiver.invalid', receiver)
}
