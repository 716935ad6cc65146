import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bamboohr } from '@unioneyes/adapter-bamboohr'
import { bamboohrSandbox, sandboxApiKey } from '@unioneyes/adapter-bamboohr/sandbox'
import { createIntegrations, createVault, generateVaultKey } from '@unioneyes/core'
import type { EntityKey, Store, SyncRun } from '@unioneyes/core'
import { sqliteStore } from '@unioneyes/store-sqlite'
import { startSandbox } from '@unioneyes/testkit'
import { finalState } from '../support/final-state.ts'
import type { FinalState } from '../support/final-state.ts'
import { startChild } from './child-process.ts'
import type { SyncChild } from './child-process.ts'
import type { ChildJob } from './sync-child.ts'

/** What a database holds of the company. */
export interface CopyState {
  readonly employees: FinalState
  readonly departments: FinalState
}

/** The key of one of its entities. */
export const keyOf = (entity: 'employees' | 'departments'): EntityKey => ({
  organizationId: 'org_1',
  provider: 'bamboohr',
  connection: 'default',
  entity,
})

/** A company at the provider, and a folder of databases that copy it. */
export type KilledCompany = Awaited<ReturnType<typeof openCompany>>

/** Opens a company, with a connected database `start.db` in an own folder. */
export async function openCompany({ people, pageSize }: { readonly people: number; readonly pageSize: number }) {
  const folder = mkdtempSync(join(tmpdir(), 'killed-'))
  const vaultKey = generateVaultKey()
  const sandbox = await startSandbox(bamboohrSandbox({ people, seed: 7, departments: 4 }))
  const path = (file: string): string => join(folder, file)

  async function withStore<T>(file: string, work: (store: Store) => Promise<T>): Promise<T> {
    const store = sqliteStore({ path: path(file) })
    try {
      await store.migrate()
      return await work(store)
    } finally {
      await store.close()
    }
  }

  await withStore('start.db', async (store) => {
    const vault = createVault({ keys: { k1: vaultKey } })
    const integrations = createIntegrations({ adapters: [bamboohr], store, vault })
    const details = { credentials: { apiKey: sandboxApiKey }, settings: { subdomain: 'acme', pageSize } }
    await integrations.connections.save('org_1', 'bamboohr', details)
  })

  return {
    sandbox,
    path,
    job: (file: string, type: ChildJob['type'], more: Partial<ChildJob> = {}): ChildJob => ({
      path: path(file),
      baseUrl: sandbox.url,
      vaultKey,
      type,
      pageSize,
      ...more,
    }),
    startChild: (job: ChildJob): SyncChild => startChild(job, path('compiled')),
    copy: (from: string, to: string) => {
      copyFileSync(path(from), path(to))
    },
    forget: (file: string) => {
      for (const suffix of ['', '-wal', '-shm']) rmSync(path(file) + suffix, { force: true })
    },
    withStore,
    /** What a database holds, and its log of runs. */
    look: (file: string): Promise<{ readonly state: CopyState; readonly runs: SyncRun[] }> =>
      withStore(file, async (store) => ({
        state: {
          employees: await finalState(store, keyOf('employees')),
          departments: await finalState(store, keyOf('departments')),
        },
        runs: await store.runs.list({ organizationId: 'org_1', limit: 1000 }),
      })),
    async close() {
      await sandbox.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
