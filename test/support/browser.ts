// A real browser, where one is installed.
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'

const places = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

/** The path of an installed browser; undefined when there is none. */
export const browserPath: string | undefined = places.find((path) => path !== undefined && existsSync(path))

const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Opens a browser with a profile of its own; `close` removes that too. */
export async function openBrowser(): Promise<Readonly<{ context: BrowserContext; close(): Promise<void> }>> {
  if (browserPath === undefined)
    throw new Error('No browser is installed; set CHROMIUM_PATH or install chromium')
  const profile = await mkdtemp(join(tmpdir(), 'metaloom-browser-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: browserPath,
    headless: true,
    args: quiet,
    viewport: { width: 1280, height: 800 },
  })
  const close = async (): Promise<void> => {
    await context.close()
    await rm(profile, { recursive: true, force: true })
  }
  return { context, close }
}
