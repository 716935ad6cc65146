import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bamboohrSandbox, sandboxApiKey } from '@unioneyes/adapter-bamboohr/sandbox'
import type { BamboohrActions, BamboohrSandboxOptions, Company } from '@unioneyes/adapter-bamboohr/sandbox'
import { generateVaultKey, parseJsonText, toJsonText } from '@unioneyes/core'
import { fault, startSandbox } from '@unioneyes/testkit'
import type { RunningSandbox, SandboxDefinition, SandboxRequest, SandboxResponse } from '@unioneyes/testkit'
import { expect } from 'vitest'
import { jumpingClock } from '../../support/jumping-clock.ts'
import type { JumpingClock } from '../../support/jumping-clock.ts'
import { PAGE_SIZE, openApp } from './app.ts'
import type { App, AppOptions } from './app.ts'
import { LEAVE_FROM } from '../../../packages/adapter-bamboohr/test/expected-records.ts'
import { everySource } from './source.ts'
import type { RewriteRows, SourceName } from './source.ts'

/** A company at the provider, and a folder in which an app keeps its copy. */
export interface TestCompany extends AsyncDisposable {
  readonly sandbox: RunningSandbox<Company, BamboohrActions>
  readonly clock: JumpingClock
  readonly folder: string
  /** The app's database. */
  readonly path: string
  readonly vaultKey: string
  /** Applied to the rows of every answer of a source, while it is set. */
  readonly rewrites: Map<SourceName, RewriteRows>
  /** A process of the app over {@link TestCompany.path}; closed with the company. */
  open(options?: Partial<AppOptions>): App
  /** As {@link TestCompany.open}, with a migrated store and a saved connection of the organization. */
  connect(options?: Partial<AppOptions> & { readonly organizationId?: string }): Promise<App>
  /** Calls `effect` when the n-th request from now (from 1) has arrived, before it is answered. */
  atRequest(n: number, effect: () => void): void
  /** Those of the sandbox. */
  readonly faults: RunningSandbox<Company, BamboohrActions>['faults']
}

/** What a company is like, beside {@link BamboohrSandboxOptions}. */
export interface CompanyOptions extends BamboohrSandboxOptions {
  /** How far the provider's clock is ahead of the app's, in milliseconds. @default 0 */
  readonly aheadMs?: number | undefined
  /** Settings of the connection beside the usual ones. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined
}

/**
 * The settings of every connection. Leave is asked for three years only, and all of it again by incremental syncs: how far
 * those look back is the adapter's own test.
 */
export const connectionSettings = {
  subdomain: 'acme',
  pageSize: PAGE_SIZE,
  leaveFrom: LEAVE_FROM,
  leaveBackDays: 36_500,
} as const

/** Opens a company of 45 people (five pages) and four departments, unless told otherwise. */
export async function openCompany(options: CompanyOptions = {}): Promise<TestCompany> {
  const clock = jumpingClock()
  const folder = mkdtempSync(join(tmpdir(), 'bad-input-'))
  const path = join(folder, 'app.db')
  const vaultKey = generateVaultKey()
  const apps: App[] = []
  const { aheadMs = 0, settings, ...people } = options
  const now = (): number => clock.now() + aheadMs
  const definition = bamboohrSandbox({ people: 45, departments: 4, now, ...people })
  const rewrites = new Map<SourceName, RewriteRows>()
  const sandbox = await startSandbox(rewritten(definition, rewrites))
  const company: TestCompany = {
    sandbox,
    clock,
    folder,
    path,
    vaultKey,
    faults: sandbox.faults,
    rewrites,
    open(given = {}) {
      const { still } = clock
      const app = openApp({ path, clock, still, vaultKeys: { k1: vaultKey }, baseUrl: sandbox.url, ...given })
      apps.push(app)
      return app
    },
    async connect({ organizationId = 'org_1', ...given } = {}) {
      const app = company.open(given)
      await app.store.migrate()
      await app.integrations.connections.save(organizationId, 'bamboohr', {
        credentials: { apiKey: options.apiKey ?? sandboxApiKey },
        settings: { ...connectionSettings, ...settings },
      })
      return app
    },
    atRequest(n, effect) {
      let seen = 0
      const match = (): boolean => {
        seen += 1
        if (seen === n) effect()
        return false
      }
      sandbox.faults.inject({ match, fault: fault.reset() })
    },
    async [Symbol.asyncDispose]() {
      for (const app of apps) await app.close()
      await sandbox.close()
      rmSync(folder, { recursive: true, force: true })
      expect(sandbox.errors, 'what the sandbox itself did wrong').toEqual([])
    },
  }
  return company
}

/** The sandbox with a hand in the rows of its answers. */
function rewritten(
  definition: SandboxDefinition<Company, BamboohrActions>,
  rewrites: ReadonlyMap<SourceName, RewriteRows>,
): SandboxDefinition<Company, BamboohrActions> {
  const routes = definition.routes.map((route) => {
    if (route.method !== 'GET' || !everySource.some((source) => source.route === route.path)) return route
    const handle = async (request: SandboxRequest, state: Company): Promise<SandboxResponse> => {
      const answer = await route.handle(request, state)
      if (rewrites.size === 0 || (answer.status ?? 200) !== 200) return answer
      const pieces = typeof answer.body === 'string' ? [Buffer.from(answer.body)] : (answer.body ?? [])
      let body: unknown = parseJsonText(Buffer.concat(pieces).toString())
      for (const { name, route: path, table, rewrite } of everySource) {
        const change = rewrites.get(name)
        if (!change || path !== route.path || (table !== undefined && table !== request.params.table)) continue
        body = rewrite(body, (rows) => change(rows, request)) ?? body
      }
      return { ...answer, body: toJsonText(body) }
    }
    return { ...route, handle }
  })
  return { ...definition, routes }
}
