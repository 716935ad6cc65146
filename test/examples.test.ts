import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'

/** Runs an example as `npm start` does, in an empty folder. */
async function runExample(file: string, ...given: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'example-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const program = fileURLToPath(new URL(`../examples/${file}`, import.meta.url))
  // The variables of somebody's real account would send it there.
  const { BAMBOOHR_API_KEY: _key, BAMBOOHR_SUBDOMAIN: _subdomain, ...env } = process.env
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@unioneyes/source', program, ...given],
    {
      cwd: folder,
      env,
      timeout: 60_000,
      maxBuffer: 10_000_000,
    },
  )
  return stdout
}

test('the quickstart ends by itself, equal to the truth', async () => {
  const stdout = await runExample('quickstart/src/main.ts', '--json')
  const [line = ''] = stdout.trim().split('\n').slice(-1)
  expect(JSON.parse(line)).toMatchObject({ ok: true, deleted: expect.any(Number) as unknown })
}, 90_000)

test('the observability example shows spans, the timeline and what Prometheus reads', async () => {
  const stdout = await runExample('observability/src/main.ts')
  expect(stdout).toContain('integration.sync')
  expect(stdout).toMatch(/The run ended as success/)
  expect(stdout).toMatch(/^integration_sync_runs_total\{.*integration_sync_status="success"\} 1$/m)
}, 90_000)
