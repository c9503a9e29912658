// What the command line refuses, with which words and exit code, and what --help says.
import { describe, expect, test } from 'vitest'
import { commands } from '../../src/cli/commands.ts'
import { runHere } from '../support/command.ts'

async function run(args: readonly string[], environment: Record<string, string> = {}) {
  const { code, output, errors } = await runHere(args, '/nowhere', environment, 'entities: []')
  return { code, printed: output.trimEnd(), told: errors.trimEnd().split('\n') }
}

describe('a command line that nothing can be made of', () => {
  const at = ['--url', 'http://127.0.0.1:1']
  test.each<[readonly string[], string]>([
    [['aply'], 'There is no command "aply" (did you mean "apply"?).'],
    [['frobnicate'], 'There is no command "frobnicate".'],
    [['--prune'], 'A command must come first; found "--prune".'],
    [['help', 'exprot'], 'There is no command "exprot" (did you mean "export"?).'],
    [['apply'], 'apply needs <file>.'],
    [['create-app'], 'create-app needs <name>.'],
    [['apply', 'a.yaml', 'b.yaml'], 'apply takes <file>; "b.yaml" is too much.'],
    [['export', 'shop'], 'export takes no arguments; "shop" is too much.'],
    [['start', '--port', '4000'], 'There is no option --port here.'],
    [['apply', '--dryrun', 'a.yaml'], 'There is no option --dryrun here (did you mean "dry-run"?).'],
    [['apply', '-x', 'a.yaml'], 'There is no option -x here.'],
    [['apply', '--constructor', 'a.yaml'], 'There is no option --constructor here.'],
    [['apply', 'a.yaml', '--app'], '--app needs <name>; one that begins with "-" is written --app=-....'],
    [
      ['apply', 'a.yaml', '--app', '--prune'],
      '--app needs <name>; one that begins with "-" is written --app=-....',
    ],
    [['apply', 'a.yaml', '--app='], '--app needs <name>, found nothing.'],
    [['apply', 'a.yaml', '--app', 'a', '--app', 'b'], '--app can stand only once.'],
    [['apply', 'a.yaml', '--prune=yes'], '--prune is a switch and takes no value.'],
    [['apply', 'a.yaml'], 'Name the app with --app <name>, or in METALOOM_APP.'],
    [['apply', 'a.yaml', '--app', 'demo'], 'The document "a.yaml" cannot be read: there is no such file.'],
    [
      ['apply', '-', '--app', 'demo', '--expect-revision', '1.5'],
      '--expect-revision must be a whole number, found "1.5".',
    ],
    [
      ['export', '--app', 'demo', '--format', 'jsn'],
      '--format must be one of yaml, json; found "jsn" (did you mean "json"?).',
    ],
    [
      ['schema', 'demo', '--url', 'api.example.com'],
      'The address of a server is such as https://api.example.com; found "api.example.com".',
    ],
    [
      ['schema', 'demo', ...at],
      'A server asks for a token: set METALOOM_TOKEN, or --email and the password in METALOOM_PASSWORD.',
    ],
    [['schema', 'demo', '--token', 'x'], '--token is for a server; name that with --url.'],
    [
      ['create-user', 'a@b.c', '--platform', 'ownr'],
      '--platform must be one of owner, viewer; found "ownr" (did you mean "owner"?).',
    ],
    [
      ['create-user', 'a@b.c', '--platform', 'owner', '--role', 'x'],
      '--role is for users of an app, not of the platform.',
    ],
    [['create-user', 'a@b.c'], 'Name the app with --app <name>, or in METALOOM_APP.'],
  ])('%j', async (args, message) => {
    expect(await run(args)).toEqual({ code: 2, printed: '', told: [message, 'See metaloom --help.'] })
  })
})

test('a server that does not answer is a problem, told with its address', async () => {
  const { code, told } = await run(['schema', 'demo', '--url', 'http://127.0.0.1:1', '--token', 'x'])
  expect([code, told[0]]).toEqual([
    1,
    expect.stringMatching(/^No server answers at http:\/\/127\.0\.0\.1:1: .*(ECONNREFUSED|bad port)/),
  ])
})

test('settings that are wrong are told one by one', async () => {
  const { code, told } = await run(['export', '--app', 'demo'], { PORT: 'x', DATABASE_URL: 'nonsense' })
  expect(code).toBe(1)
  expect(told).toEqual([
    'VALIDATION_FAILED: 2 problems',
    '  port: must be a whole number from 0 to 65535, found "x"',
    '  database.url: must be an address such as postgres://user:password@host:5432/metaloom',
  ])
})

test.each([['--help'], ['-h'], ['help']])('%s lists all commands', async (word) => {
  const { code, printed } = await run([word])
  expect(code).toBe(0)
  for (const [name, { summary }] of Object.entries(commands))
    expect(printed).toMatch(new RegExp(`^  ${name} +${summary.slice(0, 10)}`, 'm'))
})

test.each(Object.keys(commands))('%s tells its usage, however wrong the rest is', async (name) => {
  const { code, printed } = await run([name, '--nonsense', '--help'])
  expect([code, printed.split('\n')[0]]).toEqual([
    0,
    `Usage: metaloom ${[name, ...(commands[name]?.words ?? []).map((word) => `<${word}>`)].join(' ')} [options]`,
  ])
  for (const option of Object.keys(commands[name]?.options ?? {})) expect(printed).toContain(`--${option}`)
  expect((await run(['help', name])).printed).toBe(printed)
})

test('the version is that of the package', async () => {
  expect(await run(['--version'])).toEqual({
    code: 0,
    printed: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    told: [''],
  })
})
