import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { VAULT_KEYS_VARIABLE, generateVaultKey } from '@unioneyes/core'
import type { SyncRun } from '@unioneyes/core'
import { openApp, organizationId } from './app.ts'
import { runWorker } from './run-worker.ts'
import { historyLine, inWords } from './screen.ts'
import type { Screen } from './screen.ts'
import { showArrivals } from './show-arrivals.ts'

/** A real company to read. */
export interface CompanyRun {
  readonly screen: Screen
  readonly folder: string
  readonly subdomain: string
  readonly apiKey: string
}

/** Reads a real company: a full sync, what arrived, then an incremental one. It only reads. */
export async function runOnCompany({ screen, folder, subdomain, apiKey }: CompanyRun): Promise<{
  ok: boolean
  fullSync: SyncRun | undefined
  incremental: SyncRun | undefined
  path: string
}> {
  useVaultKey(folder, screen)
  const path = resolve(folder, 'company.db')
  const app = await openApp({ path })
  try {
    screen.heading(`Checking the connection to ${subdomain}.bamboohr.com`)
    await app.integrations.connections.save(organizationId, 'bamboohr', {
      credentials: { apiKey },
      settings: { subdomain },
    })
    const health = await app.integrations.connections.check(organizationId, 'bamboohr')
    screen.line(`   ${health.status}${health.lastError === undefined ? '' : `: ${health.lastError}`}`)
    if (health.status !== 'healthy') return { ok: false, fullSync: undefined, incremental: undefined, path }

    screen.heading('Reading everyone')
    const onProgress = screen.progress
    const fullSync = await runWorker({ type: 'full', path, onProgress })
    if (fullSync) screen.line(`   ${fullSync.status}: ${inWords(fullSync.counters)}`)
    await showArrivals(app, screen)

    screen.heading('Reading what changed since')
    const incremental = await runWorker({ type: 'incremental', path, onProgress })
    if (incremental) screen.line(`   ${incremental.status}: ${inWords(incremental.counters)}`)

    screen.heading('The log')
    for (const run of await app.sync.history(organizationId, { limit: 10 })) screen.line(historyLine(run))
    for (const run of [fullSync, incremental]) {
      if (run?.error) screen.line(`   ${run.error.code}: ${run.error.message}`)
    }
    screen.line()
    screen.line(`Everything is in ${path}. Run it again and only changes are read.`)
    const ok = fullSync?.status === 'success' && incremental?.status === 'success'
    return { ok, fullSync, incremental, path }
  } finally {
    await app.close()
  }
}

// A real key must outlive the run, or the connection could not be opened again.
function useVaultKey(folder: string, screen: Screen): void {
  if (process.env[VAULT_KEYS_VARIABLE] !== undefined) return
  const file = resolve(folder, 'vault.key')
  if (!existsSync(file)) writeFileSync(file, `quickstart:${generateVaultKey()}\n`, { mode: 0o600 })
  process.env[VAULT_KEYS_VARIABLE] = readFileSync(file, 'utf8').trim()
  screen.line(`${VAULT_KEYS_VARIABLE} is not set, so a key in ${file} seals your API key. Keep it out of backups.`)
}
