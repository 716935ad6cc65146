/** Syncs in a process of its own, so that it can be killed for real. Reports to its parent as it goes. */
import { setTimeout as pause } from 'node:timers/promises'
import { openApp, organizationId } from './app.ts'
import { toProviders } from './providers.ts'
import { readJob } from './run-worker.ts'
import type { FromWorker } from './run-worker.ts'

const tell = (message: FromWorker): void => {
  process.send?.(message)
}

try {
  tell({ runs: await work() })
} catch (error) {
  tell({ error: error instanceof Error ? error.message : String(error) })
}
if (process.connected) process.disconnect()

async function work() {
  const { type, path, names, baseUrls } = readJob(process.argv[2])
  const providers = toProviders().filter(({ adapter }) => names.includes(adapter.provider))
  const clients = providers.flatMap(({ adapter: { provider }, sandbox: { oauthClient } }) =>
    oauthClient && provider in baseUrls ? [[provider, oauthClient] as const] : [],
  )
  const app = await openApp({
    path,
    adapters: providers.map(({ adapter }) => adapter),
    baseUrls,
    oauthClients: Object.fromEntries(clients),
    onProgress: (progress) => {
      tell({ progress })
    },
  })
  // Asked to end, or left alone: the page in hand is finished, and the next worker goes on from there.
  for (const end of ['SIGTERM', 'disconnect'] as const) process.once(end, () => void app.sync.stop())
  // Each process counts its own requests. A limit of ten a second holds across two when the later one lets a second pass first.
  await pause(Math.max(0, 1050 - performance.now()))
  try {
    return await Promise.all(
      providers.map(({ adapter, entities }) => app.sync[type](organizationId, adapter.provider, entities)),
    )
  } finally {
    await app.close()
  }
}
