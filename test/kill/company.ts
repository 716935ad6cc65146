import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIntegrations, createVault, generateVaultKey } from '@unioneyes/core'
import type { EntityKey, JsonObject, Store, SyncRun } from '@unioneyes/core'
import { sqliteStore } from '@unioneyes/store-sqlite'
import { startSandbox } from '@unioneyes/testkit'
import type { RunningSandbox, SandboxActions, SandboxDefinition } from '@unioneyes/testkit'
import { finalState } from '../support/final-state.ts'
import type { FinalState } from '../support/final-state.ts'
import { childSource, startChild } from './child-process.ts'
import type { SyncChild } from './child-process.ts'
import { adapters } from './sync-child.ts'
import type { ChildJob } from './sync-child.ts'

/** What a database holds, by entity. */
export type CopyState = Readonly<Record<string, FinalState>>

/** A company to be copied, and how. */
export interface CompanyPlan<State, Actions extends SandboxActions> extends Pick<
  ChildJob,
  'provider' | 'entities' | 'recordsPerCommit' | 'gatherMs' | 'time'
> {
  readonly sandbox: SandboxDefinition<State, Actions>
  /** What its connection is saved with. */
  readonly connection: (actions: Actions) => { readonly credentials: JsonObject; readonly settings: JsonObject }
}

/** A company at the provider, and a folder of databases that copy it. */
export interface Company<State, Actions extends SandboxActions> {
  readonly sandbox: RunningSandbox<State, Actions>
  /** The path of a database. */
  path(file: string): string
  /** The keys of its entities. */
  readonly keys: readonly EntityKey[]
  job(file: string, type: ChildJob['type'], more?: Partial<ChildJob>): ChildJob
  /** Starts a sync. @param program the child's @default from source */
  startChild(job: ChildJob, program?: string): SyncChild
  copy(from: string, to: string): void
  forget(file: string): void
  withStore<T>(file: string, work: (store: Store) => Promise<T>): Promise<T>
  /** What a database holds, and its log of runs. */
  look(file: string): Promise<{ readonly state: CopyState; readonly runs: SyncRun[] }>
  close(): Promise<void>
}

/** Opens a company, with a connected database `start.db` in an own folder. */
export async function openCompany<State, Actions extends SandboxActions>(
  plan: CompanyPlan<State, Actions>,
): Promise<Company<State, Actions>> {
  const { provider, entities, recordsPerCommit, gatherMs, time } = plan
  const folder = mkdtempSync(join(tmpdir(), 'killed-'))
  const vaultKey = generateVaultKey()
  const sandbox = await startSandbox(plan.sandbox)
  const path = (file: string): string => join(folder, file)
  const keys = entities.map((entity) => ({ organizationId: 'org_1', provider, connection: 'default', entity }))

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
    const integrations = createIntegrations({ adapters: [await adapters[provider]()], store, vault })
    await integrations.connections.save('org_1', provider, plan.connection(sandbox.actions))
  })

  return {
    sandbox,
    path,
    keys,
    job: (file, type, more = {}) => ({
      ...{ path: path(file), baseUrl: sandbox.url, vaultKey },
      ...{ provider, entities, type, recordsPerCommit, gatherMs, time },
      ...more,
    }),
    startChild: (job, program = childSource) => startChild(program, job, path('compiled')),
    copy: (from, to) => {
      copyFileSync(path(from), path(to))
    },
    forget: (file) => {
      for (const suffix of ['', '-wal', '-shm']) rmSync(path(file) + suffix, { force: true })
    },
    withStore,
    look: (file) =>
      withStore(file, async (store) => {
        const states = await Promise.all(keys.map(async (key) => [key.entity, await finalState(store, key)] as const))
        return {
          state: Object.fromEntries(states),
          runs: await store.runs.list({ organizationId: 'org_1', limit: 1000 }),
        }
      }),
    async close() {
      await sandbox.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
