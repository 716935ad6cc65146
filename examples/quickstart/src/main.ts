/**
 * The main job, end to end: an organization's people, books and conversations, from BambooHR, QuickBooks and Slack into one SQLite
 * file. Without credentials it runs against sandboxes on loopback, breaks it, and shows that nothing is lost; with them it reads the
 * real accounts.
 */
import { generateVaultKey } from '@unioneyes/core'
import { accessSync, constants, mkdirSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { toProviders } from './providers.ts'
import { inEnvironment, runOnAccounts } from './run-on-accounts.ts'
import { runOnSandboxes } from './run-on-sandboxes.ts'
import { createScreen } from './screen.ts'

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, people: { type: 'string', default: '3000' } },
})
const screen = createScreen(values.json ? process.stderr : process.stdout)

try {
  const result = await run()
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`)
  process.exitCode = result.ok ? 0 : 1
} catch (error) {
  const message = error instanceof Error ? error.message : String(error)
  screen.line()
  screen.line(`It did not work: ${message}`)
  if (values.json) process.stdout.write(`${JSON.stringify({ ok: false, error: message })}\n`)
  process.exitCode = 1
}

async function run(): Promise<{ ok: boolean }> {
  const people = Number(values.people)
  if (!Number.isInteger(people) || people < 200 || people > 1_000_000) {
    throw new Error('--people takes a whole number from 200 to 1000000.')
  }
  const providers = toProviders(people)
  const real = inEnvironment(providers)
  const folder = resolve('quickstart-data')
  mustBeWritable(folder)
  if (real.length > 0) return runOnAccounts({ screen, folder, providers: real })

  const path = resolve(folder, 'sandbox.db')
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
  // The sandboxes' credentials are worth nothing, so the vault's key lives only as long as this run.
  process.env.INTEGRATIONS_VAULT_KEYS = `quickstart:${generateVaultKey()}`
  return runOnSandboxes({ screen, path, providers })
}

function mustBeWritable(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.R_OK | constants.W_OK)
  } catch (cause) {
    throw new Error(`The data goes into ${folder}, which cannot be written. Start it in another folder.`, { cause })
  }
}
