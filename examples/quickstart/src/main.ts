/**
 * The main job, end to end: an organization's people, from BambooHR into a SQLite file. Without credentials it runs against
 * a sandbox on loopback, breaks it, and shows that nothing is lost; with them it reads the real company.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { generateVaultKey } from '@unioneyes/core'
import { createScreen } from './screen.ts'
import { runOnCompany } from './run-on-company.ts'
import { runOnSandbox } from './run-on-sandbox.ts'

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, people: { type: 'string', default: '3000' } },
})
const screen = createScreen(values.json ? process.stderr : process.stdout)
const { BAMBOOHR_SUBDOMAIN: subdomain, BAMBOOHR_API_KEY: apiKey } = process.env

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
  const folder = resolve('quickstart-data')
  mkdirSync(folder, { recursive: true })
  if ((subdomain === undefined) !== (apiKey === undefined)) {
    const missing = subdomain === undefined ? 'BAMBOOHR_SUBDOMAIN' : 'BAMBOOHR_API_KEY'
    throw new Error(`${missing} is not set. Set both to read a real company, or neither to use the sandbox.`)
  }
  if (subdomain !== undefined && apiKey !== undefined) {
    return runOnCompany({ screen, folder, subdomain, apiKey })
  }
  const people = Number(values.people)
  if (!Number.isInteger(people) || people < 200 || people > 1_000_000) {
    throw new Error('--people takes a whole number from 200 to 1000000.')
  }
  const path = resolve(folder, 'sandbox.db')
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
  // The sandbox's key is worth nothing, so the vault's key lives only as long as this run.
  process.env.INTEGRATIONS_VAULT_KEYS = `quickstart:${generateVaultKey()}`
  return runOnSandbox({ screen, path, people })
}
