import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'

/** Runs an example as `npm start` does, in an empty folder. */
const runExample = (file: string, ...given: readonly string[]): Promise<string> => runExampleWith({}, file, ...given)

async function runExampleWith(
  variables: Readonly<Record<string, string>>,
  file: string,
  ...given: readonly string[]
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'example-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const program = fileURLToPath(new URL(`../examples/${file}`, import.meta.url))
  // The variables of somebody's real account would send it there.
  const ours = Object.entries(process.env).filter(([name]) => !/^(?:BAMBOOHR|QUICKBOOKS|SLACK)_/.test(name))
  const env = { ...Object.fromEntries(ours), ...variables }
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@unioneyes/source', program, ...given],
    {
      cwd: folder,
      env,
      timeout: 120_000,
      maxBuffer: 10_000_000,
    },
  )
  return stdout
}

test('the quickstart ends by itself, equal to the truth', async () => {
  const stdout = await runExample('quickstart/src/main.ts', '--json')
  const [line = ''] = stdout.trim().split('\n').slice(-1)
  // Killed in its middle, resumed, and within the limits that the sandboxes hold it to.
  const provider = { resumed: { status: 'success' }, differences: [], refused: 0 }
  expect(JSON.parse(line)).toMatchObject({
    ok: true,
    fullSync: { failed: 0 },
    deleted: 36,
    differences: [],
    providers: {
      bamboohr: { ...provider, records: { employees: 3004, departments: 8 }, deleted: 16 },
      quickbooks: { ...provider, records: { customers: 250, invoices: 598, transactions: 798 }, deleted: 14 },
      slack: { ...provider, records: { channels: 8, users: 154, files: 61 }, deleted: 6 },
    },
  })
}, 150_000)

test('the quickstart names what is missing of a real account', async () => {
  const half = { QUICKBOOKS_REALM_ID: '9341457021722202' }
  const run = runExampleWith(half, 'quickstart/src/main.ts', '--json')
  await expect(run).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^\{"ok":false,"error":"[^"]*QUICKBOOKS_REFRESH_TOKEN is not set/) as unknown,
  })
}, 30_000)

test('the observability example shows spans, the timeline and what Prometheus reads', async () => {
  const stdout = await runExample('observability/src/main.ts')
  expect(stdout).toContain('integration.sync')
  expect(stdout).toMatch(/The run ended as success/)
  expect(stdout).toMatch(/^integration_sync_runs_total\{.*integration_sync_status="success"\} 1$/m)
}, 90_000)
