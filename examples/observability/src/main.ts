/**
 * What a sync tells of itself: a trace on the console, metrics for Prometheus, a log through pino, and the run in words. Runs
 * against a sandbox on loopback and ends by itself, 0 when the key was seen nowhere.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bamboohr } from '@unioneyes/adapter-bamboohr'
import { bamboohrSandbox, sandboxApiKey } from '@unioneyes/adapter-bamboohr/sandbox'
import { createIntegrations, createVault, generateVaultKey } from '@unioneyes/core'
import { sqliteStore } from '@unioneyes/store-sqlite'
import { createSyncEngine } from '@unioneyes/sync-engine'
import type { SyncProgress } from '@unioneyes/sync-engine'
import { fault, startSandbox } from '@unioneyes/testkit'
import { pino } from 'pino'
import { startTelemetry } from './telemetry.ts'

let shown = ''
function show(text: string): void {
  shown += text
  process.stdout.write(`${text}\n`)
}

const telemetry = await startTelemetry((line) => {
  show(`   ${line}`)
})
const logger = pino({ level: 'debug', base: null }, { write: (line: string) => show(`   ${line.trimEnd()}`) })
const folder = mkdtempSync(join(tmpdir(), 'observability-'))
const sandbox = await startSandbox(bamboohrSandbox({ people: 300 }))
const store = sqliteStore({ path: join(folder, 'integrations.db') })
try {
  await store.migrate()
  const vault = createVault({ keys: { k1: generateVaultKey() } })
  const baseUrls = { bamboohr: sandbox.url }
  const integrations = createIntegrations({ adapters: [bamboohr], store, vault, baseUrls, logger })
  const progress: SyncProgress[] = []
  const sync = createSyncEngine({ integrations, store, onProgress: (step) => progress.push(step) })
  await integrations.connections.save('org_1', 'bamboohr', {
    credentials: { apiKey: sandboxApiKey },
    settings: { subdomain: 'acme' },
  })

  show('1. A full sync, with a provider that fails once and asks to wait once: its log, then its trace')
  sandbox.faults.inject({ fault: fault.serverError(500), times: 1 })
  sandbox.faults.inject({ fault: fault.throttled({ retryAfterSeconds: 1 }), times: 1 })
  const run = await sync.full('org_1', 'bamboohr', ['employees', 'departments'])

  show('\n2. The log is redacted, whatever is given to it')
  const leak = new Error(`GET https://acme.example/?key=${sandboxApiKey} failed`)
  integrations.logger.warn({ headers: { authorization: 'Basic abc' }, apiKey: sandboxApiKey, err: leak }, sandboxApiKey)

  show('\n3. The run in words')
  show(await sync.timeline('org_1', run.id, { progress }))

  show(`\n4. What Prometheus reads (without the buckets of histograms)`)
  const text = await (await fetch(telemetry.url)).text()
  show(
    text
      .split('\n')
      .filter((line) => /^(integration|http)_/.test(line) && !line.includes('_bucket{'))
      .join('\n'),
  )
  await integrations.close()
  if (run.status !== 'success' || shown.includes(sandboxApiKey)) process.exitCode = 1
} finally {
  await telemetry.stop()
  await store.close()
  await sandbox.close()
  rmSync(folder, { recursive: true })
}
