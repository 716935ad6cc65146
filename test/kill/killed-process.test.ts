import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bamboohr } from '@unioneyes/adapter-bamboohr'
import { bamboohrSandbox, sandboxApiKey } from '@unioneyes/adapter-bamboohr/sandbox'
import { createIntegrations, createVault, generateVaultKey } from '@unioneyes/core'
import { sqliteStore } from '@unioneyes/store-sqlite'
import { fault, startSandbox } from '@unioneyes/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { finalState } from '../support/final-state.ts'
import { syncOnce } from './sync-child.ts'
import type { ChildJob } from './sync-child.ts'

const vaultKey = generateVaultKey()
const key = { organizationId: 'org_1', provider: 'bamboohr', connection: 'default' }

/**
 * Real processes, killed with SIGKILL at every store call and at every request of a sync, then resumed by another process:
 * the end is that of an undisturbed run.
 */
describe.each(['full', 'incremental'] as const)('a %s sync killed with SIGKILL', (type) => {
  let folder = ''
  let sandbox: Awaited<ReturnType<typeof startCompany>>
  let undisturbed: unknown
  let calls = 0
  let requests = 0

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'killed-'))
    sandbox = await startCompany()
    // A first sync, then changes: the state from which every disturbed run starts.
    await connect(join(folder, 'start.db'))
    await syncOnce(jobFor('start.db', 'full'))
    sandbox.actions.changeMany(10)
    sandbox.actions.hire({ firstName: 'Nova', lastName: 'Newcomer' })
    sandbox.actions.remove('103')
    sandbox.actions.remove('140')
    const before = sandbox.requests.counters.total
    copyFileSync(join(folder, 'start.db'), join(folder, 'undisturbed.db'))
    const outcome = await runChild(jobFor('undisturbed.db', type))
    calls = outcome.calls
    requests = sandbox.requests.counters.total - before
    undisturbed = await stateOf('undisturbed.db')
  }, 60_000)

  afterAll(async () => {
    await sandbox.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('at every store call, before and after it', async () => {
    expect(calls).toBeGreaterThan(20)
    const moments = Array.from(
      { length: calls * 2 },
      (_, n) => ({ index: n >> 1, phase: n % 2 === 0 ? 'before' : 'after' }) as const,
    )
    await inParallel(moments, async (dieAt, n) => {
      const file = `store-${String(n)}.db`
      copyFileSync(join(folder, 'start.db'), join(folder, file))
      const died = await runChild({ ...jobFor(file, type), dieAt })
      // Concurrent entities do not always make the same number of calls: the last moment may not come.
      if (died.signal !== 'SIGKILL') expect(dieAt.index, 'a call that did not come').toBeGreaterThan(calls - 6)
      await syncOnce(jobFor(file, type))
      expect(
        await stateOf(file),
        `killed ${dieAt.phase} store call ${String(dieAt.index)} of ${String(calls)}`,
      ).toEqual(undisturbed)
    })
  }, 240_000)

  test('at every request, before it is answered', async () => {
    expect(requests).toBeGreaterThan(1)
    for (let at = 1; at <= requests; at += 1) {
      const file = `request-${String(at)}.db`
      copyFileSync(join(folder, 'start.db'), join(folder, file))
      const child = startChild(jobFor(file, type))
      let seen = 0
      sandbox.faults.inject({
        match: () => {
          seen += 1
          if (seen === at) child.kill()
          return seen === at
        },
        fault: fault.hang(),
      })
      const died = await child.ended
      sandbox.faults.clear()
      expect(died.signal, `request ${String(at)}`).toBe('SIGKILL')
      await syncOnce(jobFor(file, type))
      expect(await stateOf(file), `killed at request ${String(at)} of ${String(requests)}`).toEqual(undisturbed)
    }
  }, 120_000)

  function startCompany() {
    return startSandbox(bamboohrSandbox({ people: 60, seed: 7, departments: 4 }))
  }

  function jobFor(file: string, syncType: 'full' | 'incremental'): ChildJob {
    return { path: join(folder, file), baseUrl: `${sandbox.url}/`, vaultKey, type: syncType }
  }

  async function connect(path: string): Promise<void> {
    const store = sqliteStore({ path })
    await store.migrate()
    const integrations = createIntegrations({
      adapters: [bamboohr],
      store,
      vault: createVault({ keys: { k1: vaultKey } }),
    })
    await integrations.connections.save('org_1', 'bamboohr', {
      credentials: { apiKey: sandboxApiKey },
      settings: { subdomain: 'acme', pageSize: 20 },
    })
    await store.close()
  }

  async function stateOf(file: string): Promise<unknown> {
    const store = sqliteStore({ path: join(folder, file) })
    const state = {
      employees: await finalState(store, { ...key, entity: 'employees' }),
      departments: await finalState(store, { ...key, entity: 'departments' }),
    }
    await store.close()
    return state
  }
})

interface Ended {
  readonly signal: NodeJS.Signals | null
  readonly calls: number
}

function startChild(job: ChildJob): { kill(): void; ended: Promise<Ended> } {
  const file = fileURLToPath(new URL('./sync-child.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=@unioneyes/source', file, JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let complaint = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('close', (code, signal) => {
      if (signal !== null) resolve({ signal, calls: 0 })
      else if (code === 0) resolve({ signal, ...JSON.parse(output) })
      else reject(new Error(`The child ended with code ${String(code)}: ${complaint}`))
    })
  })
  return { kill: () => child.kill('SIGKILL'), ended }
}

const runChild = (job: ChildJob): Promise<Ended> => startChild(job).ended

async function inParallel<T>(items: readonly T[], work: (item: T, index: number) => Promise<void>): Promise<void> {
  const queue = items.map((item, index) => ({ item, index }))
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) await work(next.item, next.index)
  }
  await Promise.all([worker(), worker(), worker()])
}
