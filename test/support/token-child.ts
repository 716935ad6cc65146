/**
 * A process that uses one connection of a shared SQLite file and does what its parent says over IPC. It can be made to kill
 * itself at a store call: the fault comes from the wrapped store, and the product code knows nothing of it.
 */
import { fileURLToPath } from 'node:url'
import { bamboohr } from '@unioneyes/adapter-bamboohr'
import { sandboxClient } from '@unioneyes/adapter-bamboohr/sandbox'
import { createIntegrations, createVault, systemClock } from '@unioneyes/core'
import type { Clock, HealthCheckResult } from '@unioneyes/core'
import { sqliteStore } from '@unioneyes/store-sqlite'
import { faultyStore } from '@unioneyes/testkit'
import type { StoreMoment } from '@unioneyes/testkit'

/** What such a process is told when it starts. */
export interface TokenJob {
  readonly path: string
  readonly baseUrl: string
  readonly vaultKey: string
  /** The store call at which to die; undefined to live. */
  readonly dieAt?: Pick<StoreMoment, 'call' | 'phase'> | undefined
}

/** Makes one request; `aheadMs` is how much later than now it is then, for this process and its store. */
export interface AskNow {
  readonly aheadMs: number
}

/** What became of the request. */
export type Asked = Pick<HealthCheckResult, 'status' | 'lastError'>

/** What a parent that makes requests itself may set. */
export interface TokenAppOptions {
  /** How to wait, for one that is alone and need not. */
  readonly sleep?: Clock['sleep'] | undefined
  /** Called around every store call. */
  readonly hook?: ((moment: StoreMoment) => Promise<void> | void) | undefined
}

/** The app of such a process. */
export function tokenApp(job: TokenJob, options: TokenAppOptions = {}) {
  const { sleep = (ms, signal) => systemClock.sleep(ms, signal), hook } = options
  let aheadMs = 0
  const clock: Clock = { now: () => Date.now() + aheadMs, sleep }
  const vault = createVault({ keys: { k1: job.vaultKey } })
  const store = faultyStore(sqliteStore({ path: job.path, clock }), (moment) => {
    if (moment.call === job.dieAt?.call && moment.phase === job.dieAt.phase) process.kill(process.pid, 'SIGKILL')
    return hook?.(moment)
  })
  const integrations = createIntegrations({
    adapters: [bamboohr],
    store,
    vault,
    clock,
    baseUrls: { bamboohr: job.baseUrl },
    oauthClients: { bamboohr: sandboxClient },
  })
  return {
    store,
    vault,
    integrations,
    async ask(now: AskNow): Promise<Asked> {
      aheadMs = now.aheadMs
      const key = { organizationId: 'org_1', provider: 'bamboohr', connection: 'default' }
      // Not connections.check, which sets the status by itself.
      const { status, lastError } = await integrations.factory.use(key, (integration) => integration.healthCheck())
      return { status, lastError }
    },
    async close(): Promise<void> {
      await integrations.close()
      await store.close()
    },
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv[2] !== undefined) {
  const job: TokenJob = JSON.parse(process.argv[2])
  const app = tokenApp(job)
  process.on('message', (now: AskNow) => {
    void app.ask(now).then((asked) => process.send?.(asked))
  })
  process.once('disconnect', () => {
    void app.close()
  })
  process.send?.('ready')
}
